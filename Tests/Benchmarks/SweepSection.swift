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

/// A whole controller over a real sshd, beside ssh.
enum SweepSection {
    static func measure(_ table: inout MeasuredTable) async throws {
        let agent = try AgentSection.agent()
        let folder = try TemporaryFolder()
        let (reporting, operating) = (try SSHKeyPair.generate(), try SSHKeyPair.generate())
        let server = try await PrivateSSHServer.start(authorizedKeys: [
            "restrict,command=\"\(agent) session --role report --state \(folder("state"))\" \(reporting.publicLine)",
            operating.publicLine,
        ])
        defer { server.stop() }
        let store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
        let host = FleetHost(
            path: NodePath(names: ["rack7"]).unsafelyUnwrapped, address: "127.0.0.1", port: server.port,
            user: server.user, hostKeys: [server.hostKey.publicLine], uuid: nil,
            agent: InstalledAgent(
                directory: "", state: folder("state"), libvirtSocket: nil, authorizedKeys: "", sha256: "", version: ""),
            enrolledAt: Date())
        try await store.record { (work) throws(StoreFailure) in try work.put(host: host) }
        let key = PrivateKey(text: reporting.privateText)
        func controller() async throws -> FleetController {
            try await FleetController(
                FleetEnvironment(
                    store: store, connector: LibSSHConnector(),
                    keys: ControllerKeys(report: key, correct: key, reportPublic: "", correctPublic: ""),
                    agents: AgentPackages(directory: folder.path), settings: FleetSettings(),
                    log: Log(label: "benchmark", level: .critical)))
        }
        func sweep(_ controller: FleetController) async throws {
            let rows = try await controller.sweep(SweepRequest())
            guard rows.first?.health.state == .ok else {
                throw BenchmarkFault(description: "the host was not read: \(rows.first?.health.sentence ?? "")")
            }
        }

        let before = processorTime()
        let cold = try await median(of: 15) {
            let controller = try await controller()
            try await sweep(controller)
            await controller.stop()
        }
        let coldProcessor = (processorTime() - before) / 16

        let ssh = try Shell(folder, server, operating)
        let command = "\(agent) report"
        let plain = try median(of: 15) { try ssh.run(command) }
        let curve = try median(of: 15) { try ssh.run(command, ["-o", "KexAlgorithms=curve25519-sha256"]) }
        table.add(
            "sweep of 1 host, cold", "\(cold.shown), \(coldProcessor.shown) of it the controller's CPU",
            "`ssh host nestor-agent report`: \(plain.shown); with curve25519: \(curve.shown)")

        let warmController = try await controller()
        try await sweep(warmController)
        let warmBefore = processorTime()
        let warm = try await median(of: 31) { try await sweep(warmController) }
        let warmProcessor = (processorTime() - warmBefore) / 32
        await warmController.stop()
        let control = try ssh.master()
        defer { control() }
        let shared = try median(of: 15) { try ssh.run(command, ssh.sharing) }
        table.add(
            "sweep of 1 host, warm, unchanged", "\(warm.shown), \(warmProcessor.shown) of it the controller's CPU",
            "the same over a live ControlMaster: \(shared.shown)")
        await store.close()
    }

    /// OpenSSH's client, with nothing of the user's.
    private struct Shell {
        let options: [String]
        let destination: String
        let sharing: [String]

        init(_ folder: TemporaryFolder, _ server: PrivateSSHServer, _ key: SSHKeyPair) throws {
            let file = try folder.write(key.privateText, to: "operator")
            let known = try folder.write(
                "[127.0.0.1]:\(server.port) \(server.hostKey.publicLine)\n", to: "known_hosts")
            destination = "\(server.user)@127.0.0.1"
            options = [
                "-F", "/dev/null", "-i", file, "-p", "\(server.port)", "-o", "IdentitiesOnly=yes", "-o",
                "UserKnownHostsFile=\(known)", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes",
            ]
            sharing = ["-S", folder("c")]
        }

        func run(_ command: String, _ more: [String] = []) throws {
            try Program.run("/usr/bin/ssh", options + more + [destination, command])
        }

        /// - Returns: what ends it.
        func master() throws -> () -> Void {
            try Program.run("/usr/bin/ssh", options + sharing + ["-M", "-f", "-N", destination])
            return { _ = try? Program.run("/usr/bin/ssh", options + sharing + ["-O", "exit", destination]) }
        }
    }
}
