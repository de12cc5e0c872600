import AgentDelivery
import ControllerAPI
import FleetControl
import FleetStore
import Foundation
import LibSSHTransport
import NestingModel
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog

/// The controller's sweep of one host over a real sshd, beside OpenSSH's client running the agent there.
struct SweepBenchmark {
    let agent: String

    func run(_ table: inout Measurements) async throws {
        let (key, free) = (try SSHKeyPair.generate(), try SSHKeyPair.generate())
        let server = try await PrivateSSHServer.start()
        defer { server.stop() }
        let session = "\(agent) session --role report --state \(server.folder("agent"))"
        try server.authorize(["restrict,command=\"\(session)\" \(key.publicLine)", free.publicLine])
        let store = try SQLiteStore(path: server.folder("nestor.db"), now: { Date() })
        try await enrol(server, in: store)

        let environment = FleetEnvironment(
            store: store, connector: LibSSHConnector(), keys: keys(key),
            agents: AgentPackages(directory: "/nonexistent"),
            settings: FleetSettings(), log: Log(label: "benchmark", level: .critical))
        var controllers: [FleetController] = []
        for _ in 0..<20 { controllers.append(try await FleetController(environment)) }
        var fresh = controllers.makeIterator()
        try await table.time("sweep of one host, cold", runs: 20, "connect, hello, report, store, evaluate") {
            guard let controller = fresh.next() else { return }
            try await sweep(controller)
        }
        let controller = controllers[0]
        try await table.time("sweep of one host, warm", runs: 50, "kept session, unchanged report") {
            try await sweep(controller)
        }
        for controller in controllers { await controller.stop() }
        await store.close()

        let ssh = try client(server, key: free)
        let command = "\(agent) report"
        try table.time("  ssh 'nestor-agent report', cold", runs: 20) { try Programs.run(ssh + [command]) }
        let path = server.folder("control")
        let master = ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-S", path]
        var options = ssh
        options.insert(contentsOf: master, at: 1)
        // The one that stays holds its output open: only its exit is waited for.
        try Programs.run(["/bin/sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh"] + options + ["true"])
        try table.time("  ssh 'nestor-agent report', warm", runs: 50, "a kept connection (ControlMaster)") {
            try Programs.run(options + [command])
        }
        try Programs.run([ssh[0], "-S", path, "-O", "exit", "x"])
    }

    private func sweep(_ controller: FleetController) async throws {
        let rows = try await controller.sweep(SweepRequest())
        guard rows.map(\.health.state) == [.ok] else {
            throw TestToolFailure(sentence: rows.first?.health.sentence ?? "no host")
        }
    }

    private func keys(_ key: SSHKeyPair) -> ControllerKeys {
        let key = PrivateKey(text: key.privateText)
        return ControllerKeys(report: key, correct: key, reportPublic: "", correctPublic: "")
    }

    private func enrol(_ server: PrivateSSHServer, in store: SQLiteStore) async throws {
        guard let path = NodePath("rack7") else { return }
        let host = FleetHost(
            path: path, address: "127.0.0.1", port: server.port, user: server.user,
            hostKeys: [server.hostKey.publicLine], uuid: nil,
            agent: InstalledAgent(
                directory: "/", state: "/", libvirtSocket: nil, authorizedKeys: "", sha256: "", version: ""),
            enrolledAt: Date())
        try await store.record { (work) throws(StoreFailure) in try work.put(host: host) }
    }

    private func client(_ server: PrivateSSHServer, key: SSHKeyPair) throws -> [String] {
        let identity = try server.folder.write(key.privateText, to: "client_key")
        let known = try server.folder.write(
            "[127.0.0.1]:\(server.port) \(server.hostKey.publicLine)\n", to: "known_hosts")
        return [
            "/usr/bin/ssh", "-F", "none", "-i", identity, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o",
            "UserKnownHostsFile=\(known)", "-p", String(server.port), "\(server.user)@127.0.0.1",
        ]
    }
}
