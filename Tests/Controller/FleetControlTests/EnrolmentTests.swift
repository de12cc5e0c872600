import AgentDelivery
import AgentWire
import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog
import Testing

@testable import FleetControl

@Suite("Hosts that come and go")
struct EnrolmentTests {
    private static let key = OperatorKey(text: "operator", passphrase: "")
    private static let by = Requester(name: "test")

    private struct Ground {
        let shell = ScriptedShell()
        let folder: TemporaryFolder
        let store: SQLiteStore
        let controller: FleetController

        init(knownHosts: String? = nil) async throws {
            folder = try TemporaryFolder()
            store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
            try Data("agent".utf8).write(to: URL(filePath: folder("nestor-agent-linux-x86_64")))
            if let knownHosts { try Data(knownHosts.utf8).write(to: URL(filePath: folder("known_hosts"))) }
            controller = try await FleetController(
                FleetEnvironment(
                    store: store, connector: shell,
                    keys: ControllerKeys(
                        report: PrivateKey(text: "r"), correct: PrivateKey(text: "c"), reportPublic: "ssh-ed25519 R",
                        correctPublic: "ssh-ed25519 C"), agents: AgentPackages(directory: folder.path),
                    settings: FleetSettings(
                        hostDeadline: .seconds(5), knownHosts: knownHosts == nil ? nil : folder("known_hosts")),
                    log: Log(label: "test", level: .critical)))
        }

        /// As if enrolled earlier.
        func put(_ paths: (String, String)...) async throws {
            let hosts = paths.compactMap { path, address in
                NodePath(path).map {
                    FleetHost(
                        path: $0, address: address, port: 22, user: "root", hostKeys: ["ssh-ed25519 AAAA"], uuid: nil,
                        agent: InstalledAgent(
                            directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0",
                            version: "0.1.0"), enrolledAt: Date(timeIntervalSince1970: 0))
                }
            }
            try await store.record { (work) throws(StoreFailure) in for host in hosts { try work.put(host: host) } }
        }

        func keys(of hop: String) -> String { String(decoding: shell.now.files["\(hop) /k"] ?? [], as: UTF8.self) }

        func end() async {
            await controller.stop()
            await store.close()
        }
    }

    private func request(_ address: String = "10.0.0.7") -> EnrolRequest {
        EnrolRequest(
            path: rack7, address: address, port: 22, user: "ops", labels: [:], hostKeys: ["ssh-ed25519 AAAA"],
            operatorKey: Self.key)
    }

    private func keyRequest(_ path: NodePath = rack7) -> HostKeyRequest {
        HostKeyRequest(path: path, address: "10.0.0.7", port: 22, user: "ops", operatorKey: Self.key)
    }

    @Test("one that fails half-way says what is on the host, and how to go on or to undo it")
    func halfWay() async throws {
        let ground = try await Ground()
        ground.shell.set { $0.failsToWrite = "authorized_keys" }
        let error = await #expect(throws: APIError.self) { try await ground.controller.enrol(request(), by: Self.by) }
        let remedy = try #require(error?.remedy)
        let controllerID = await ground.controller.controllerID
        #expect(remedy.contains("pushing the agent"))
        #expect(remedy.contains("/home/ops/.local/libexec/nestor/nestor-agent"))
        #expect(remedy.contains("'nestor:\(controllerID):'"))
        #expect(try await ground.controller.hosts().isEmpty)
        let audit = try await ground.controller.audit(limit: 9)
        #expect(audit.map(\.action) == ["host.enrol-start"])
        #expect(!audit.contains { $0.detail.contains("operator") }, "an operator's key is in no record")
        await ground.end()
    }

    @Test("a machine that says it is a path elsewhere gets nothing", arguments: ["../../secret", "x86 64", ""])
    func strangeMachine(_ machine: String) async throws {
        let ground = try await Ground()
        ground.shell.set { $0.machine = machine }
        let error = await #expect(throws: APIError.self) { try await ground.controller.enrol(request(), by: Self.by) }
        #expect(error?.code == "survey-unreadable")
        #expect(ground.shell.now.files.isEmpty)
        await ground.end()
    }

    @Test(
        "what is no address reaches no authorized_keys",
        arguments: ["10.0.0.7\",command=\"sh", "a b", "-oProxyCommand=x", "a\nssh-ed25519 X", ""])
    func address(_ address: String) async throws {
        let ground = try await Ground()
        let error = await #expect(throws: APIError.self) {
            try await ground.controller.enrol(request(address), by: Self.by)
        }
        #expect(error?.code == "address-invalid")
        #expect(ground.shell.now.commands.isEmpty)
        await ground.end()
    }

    @Test(
        "what is no folder of the agent's own is refused before anything is connected",
        arguments: ["/", "//", "/.", "/var/..", "var/lib/nestor", "", "/var/lib/a\nb", "/var/lib/a\u{1B}[2J"])
    func folders(_ folder: String) async throws {
        let ground = try await Ground()
        var requests = [request(), request()]
        requests[0].agentState = folder
        requests[1].agentDirectory = folder
        for request in requests {
            let error = await #expect(throws: APIError.self) {
                try await ground.controller.enrol(request, by: Self.by)
            }
            #expect(error?.code == "placement-invalid")
            #expect(error?.sentence.unicodeScalars.contains { $0.value < 32 } == false)
        }
        #expect(ground.shell.now.commands.isEmpty)
        await ground.end()
    }

    @Test("no line of a host's files is smuggled in by the path of another one")
    func smuggled() async throws {
        let ground = try await Ground()
        var requests = [request(), request(), request()]
        requests[0].libvirtSocket = "/run/libvirt/sock\nssh-ed25519 MINE"
        requests[1].libvirtSocket = "run/libvirt/sock"
        requests[2].authorizedKeys = "/root/.ssh/authorized_keys\n"
        for request in requests {
            let error = await #expect(throws: APIError.self) {
                try await ground.controller.enrol(request, by: Self.by)
            }
            #expect(error?.code == "placement-invalid")
        }
        #expect(ground.shell.now.commands.isEmpty)
        await ground.end()
    }

    @Test("a guest that is removed with its agent is no longer let through to, and its neighbour still is")
    func removed() async throws {
        let ground = try await Ground()
        try await ground.put(("rack7", "10.0.0.7"), ("rack7/a", "192.168.0.2"), ("rack7/b", "fd00::3"))
        let answer = try await ground.controller.remove(
            rack7.guest(named: "a"), RemoveRequest(uninstall: true, operatorKey: Self.key), by: Self.by)
        let keys = ground.keys(of: "rack7")
        #expect(keys.contains("permitopen=\"[fd00::3]:22\""))
        #expect(!keys.contains("192.168.0.2"))
        #expect(answer.sentences.last?.contains("no longer lets the controller through") == true)
        #expect(ground.shell.now.commands.contains { $0.hasPrefix("rack7/a: sh -c ") && $0.hasSuffix(" sh /s") })
        #expect(!ground.shell.now.commands.contains { $0.contains("rm -r") })
        await ground.end()
    }

    @Test("one that is only forgotten leaves its way open, and that is said")
    func forgotten() async throws {
        let ground = try await Ground()
        try await ground.put(("rack7", "10.0.0.7"), ("rack7/a", "192.168.0.2"))
        let answer = try await ground.controller.remove(
            rack7.guest(named: "a"), RemoveRequest(uninstall: false, operatorKey: nil), by: Self.by)
        #expect(answer.sentences.last?.contains("nestor agent upgrade rack7") == true)
        await ground.end()
    }

    @Test("a file that moves a guest says that its host lets nobody through to the new place")
    func moved() async throws {
        let ground = try await Ground()
        try await ground.put(("rack7", "10.0.0.7"), ("rack7/a", "192.168.0.2"))
        let text = "hosts:\n  - {path: rack7, address: 10.0.0.8}\n  - {path: rack7/a, address: 192.168.0.9}\n"
        let answer = try await ground.controller.apply(
            fleet: ApplyRequest(files: [DocumentFile(name: "f", text: text)]), by: Self.by)
        #expect(answer.warnings.count == 1)
        #expect(answer.warnings.first?.contains("not to 192.168.0.9:22: nestor agent upgrade rack7") == true)
        let orphan = await #expect(throws: APIError.self) {
            try await ground.controller.apply(
                fleet: ApplyRequest(
                    files: [DocumentFile(name: "f", text: "hosts: [{path: rack7/a, address: 192.168.0.9}]")],
                    prune: true), by: Self.by)
        }
        #expect(orphan?.code == "host-has-hosts-below")
        await ground.end()
    }

    @Test("two operators at once in one tree: the second is told to wait")
    func busy() async throws {
        let ground = try await Ground()
        try await ground.controller.takeTree(of: rack7)
        let error = await #expect(throws: APIError.self) { try await ground.controller.enrol(request(), by: Self.by) }
        #expect(error?.code == "host-busy")
        await ground.controller.releaseTree(of: rack7)
        _ = try await ground.controller.enrol(request(), by: Self.by)
        #expect(try await ground.controller.hosts().count == 1)
        await ground.end()
    }

    @Test("the settings' known_hosts file accepts a key without asking, and refuses any other")
    func knownHosts() async throws {
        let ground = try await Ground(knownHosts: "# ours\nrack7 ssh-ed25519 AAAA\nrack8 ssh-ed25519 BBBB\n")
        let offered = try await ground.controller.hostKey(keyRequest())
        #expect(offered.acceptedBy?.hasSuffix("known_hosts:2") == true)
        let rack8 = try #require(NodePath("rack8"))
        let other = await #expect(throws: APIError.self) { try await ground.controller.hostKey(keyRequest(rack8)) }
        #expect(other?.code == "host-key-mismatch")
        var wrong = request()
        wrong.path = rack8
        let refused = await #expect(throws: APIError.self) { try await ground.controller.enrol(wrong, by: Self.by) }
        #expect(refused?.code == "host-key-mismatch")
        let stranger = try await ground.controller.hostKey(keyRequest(try #require(NodePath("rack9"))))
        #expect(stranger.acceptedBy == nil)
        await ground.end()
    }

    @Test("a host that is removed while it is read does not come back")
    func removedWhileRead() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [])
        let controller = try await bench.controller()
        var host = try await controller.host(buildL1).host
        host.uuid = nil
        let unpinned = host
        try await bench.store.record { (work) throws(StoreFailure) in try work.put(host: unpinned) }
        fleet.beforeAnswers { method, path in
            guard method == .report, path == "rack7/build-l1" else { return }
            try? await bench.store.record { (work) throws(StoreFailure) in try work.remove(host: buildL1) }
        }
        await controller.readAndStore(buildL1)
        #expect(try await controller.hosts().map(\.path) == [rack7])
        await controller.stop()
        await bench.end()
    }
}
