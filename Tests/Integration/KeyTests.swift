import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

/// A host with a guest that is a host itself, and the OpenSSH clients with the controller's own keys in hand.
private final class Burglar: Sendable {
    let fleet: Fleet
    let host: PretendHost
    /// Where the reporting key may forward to.
    let inner: PretendHost
    let libvirt: PrivateLibvirt

    init() async throws {
        libvirt = try PrivateLibvirt()
        try libvirt.define(SmallGuest(name: "build-l1"))
        fleet = try await Fleet.start()
        host = try await PretendHost("rack7", libvirtSocket: libvirt.socketPath)
        inner = try await PretendHost("rack7/build-l1", agentDirectory: host.agentDirectory)
        let row: HostRow = try await fleet.ask(host.enrolment)
        #expect(row.guests == .known(1))
        // It answers with this machine's UUID, not the guest's, and is kept as just that.
        var words = try inner.enrolment
        words[words.firstIndex(of: "--operator-key")! + 1] = host.operatorKeyFile
        try inner.server.authorize([host.operatorKey.publicLine])
        let nested: HostRow = try await fleet.ask(words)
        #expect([.ok, .identityMismatch].contains(nested.health.state), "\(nested.health)")
        try host.server.folder.write(
            "[127.0.0.1]:\(host.server.port) \(host.server.hostKey.publicLine)\n", to: "known_hosts")
    }

    func end() { libvirt.stop() }

    /// - Parameters:
    ///   - key: `report`, `correct`, or `operator` for the one that may do anything.
    ///   - port: how the program names its option for it.
    func options(_ key: String, port: String = "-p") -> [String] {
        let file = key == "operator" ? host.operatorKeyFile : "\(fleet.stateDirectory)/\(key).key"
        return [
            "-F", "none", "-i", file, port, "\(host.server.port)", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=\(host.server.folder("known_hosts"))",
            "-o", "GlobalKnownHostsFile=none", "-o", "IdentityAgent=none",
        ]
    }

    var place: String { "\(host.server.user)@127.0.0.1" }

    func ssh(_ key: String, _ more: [String], _ command: [String] = [], input: String = "") async throws
        -> CommandOutcome
    {
        try await run("/usr/bin/ssh", options(key) + more + [place] + command, input: input, within: .seconds(30))
    }
}

@Suite("the controller's keys, tried through a real sshd", .serialized, .enabled(if: PrivateLibvirt.isInstalled))
struct KeyTests {
    @Test("neither key gets a shell, a command, a file, or a way elsewhere; the agent's binary stays as it was")
    func both() async throws {
        let burglar = try await Burglar()
        defer { burglar.end() }
        let host = burglar.host
        let agent = try Data(contentsOf: URL(fileURLWithPath: host.agent))
        let elsewhere = try await PretendHost("elsewhere", agentDirectory: host.agentDirectory)

        // What an open key gets, so that what follows is seen to be able to fail.
        #expect(try await burglar.ssh("operator", [], ["id"]).output.contains("uid="))
        let way = try await burglar.ssh("operator", ["-W", "127.0.0.1:\(elsewhere.server.port)"])
        #expect(way.output.hasPrefix("SSH-2.0"))

        for key in ["report", "correct"] {
            let command = try await burglar.ssh(key, [], ["id"])
            #expect(!command.output.contains("uid="), "\(key): \(command)")
            let shell = try await burglar.ssh(key, ["-tt"], [], input: "id\nexit\n")
            #expect(!shell.output.contains("uid="), "\(key): \(shell)")
            let quoted = try await burglar.ssh(key, [], ["x'; id; '"], input: "$(id)\n`id`\n")
            #expect(!quoted.output.contains("uid=") && !quoted.complaint.contains("uid="), "\(key): \(quoted)")

            let file = try host.server.folder.write("#!/bin/sh\n", to: "burglary")
            let sftp = try await run(
                // A client may wait for ever for an answer in its own protocol.
                "/usr/bin/timeout",
                ["-s", "KILL", "5", "/usr/bin/sftp"] + burglar.options(key, port: "-P") + ["-b", "-", burglar.place],
                input: "put \(file) \(host.agent)\n", within: .seconds(30))
            #expect(sftp.code != 0, "\(key): \(sftp)")
            for form in [["-O"], ["-s"]] {
                let scp = try await run(
                    "/usr/bin/timeout",
                    ["-s", "KILL", "5", "/usr/bin/scp"] + burglar.options(key, port: "-P") + form
                        + [file, "\(burglar.place):\(host.agent)"],
                    within: .seconds(30))
                #expect(scp.code != 0, "\(key) \(form): \(scp)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: host.agent)) == agent)

            let forward = try await burglar.ssh(key, ["-W", "127.0.0.1:\(elsewhere.server.port)"])
            #expect(!forward.output.contains("SSH-2.0"), "\(key): \(forward)")
            for place in ["127.0.0.1:0", "*:0", "0.0.0.0:8080"] {
                let back = try await burglar.ssh(
                    key, ["-o", "ExitOnForwardFailure=yes", "-R", "\(place):127.0.0.1:\(elsewhere.server.port)"])
                #expect(back.complaint.contains("forwarding failed"), "\(key), \(place): \(back)")
            }
        }
        let permitted = ["-W", "127.0.0.1:\(burglar.inner.server.port)"]
        #expect(try await burglar.ssh("report", permitted).output.hasPrefix("SSH-2.0"))
        #expect(!(try await burglar.ssh("correct", permitted).output.contains("SSH-2.0")))
    }

    @Test("the reporting key reports and cannot correct, whatever role its peer names")
    func roles() async throws {
        let burglar = try await Burglar()
        defer { burglar.end() }
        let requests = """
            {"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"min":1,"max":1}}}
            {"jsonrpc":"2.0","id":2,"method":"report"}
            {"jsonrpc":"2.0","id":3,"method":"correct","params":{"controller":"x","epoch":1,"corrections":[]}}
            {"jsonrpc":"2.0","id":4,"method":"finish","params":{"controller":"x","epoch":1,"id":"a","verdict":"commit"}}
            {"jsonrpc":"2.0","id":5,"method":"renew","params":{"controller":"x","epoch":1,"id":"a","holdSeconds":9}}

            """
        let command = ["\(burglar.host.agent) session --role correct --state \(burglar.host.agentState)"]
        let report = try codes(await burglar.ssh("report", [], command, input: requests))
        #expect(report == [1: "", 2: "", 3: "role-refused", 4: "role-refused", 5: "role-refused"])
        // The correcting key is let in, and a controller that nobody introduced is not obeyed.
        let correct = try codes(await burglar.ssh("correct", [], command, input: requests))
        #expect(correct[2] == "" && correct[3] != "role-refused" && correct[3] != "", "\(correct)")
    }

    @Test("sweeps, checks and reports never use the correcting key")
    func sweeping() async throws {
        let burglar = try await Burglar()
        defer { burglar.end() }
        let _: DriftReport = try await burglar.fleet.ask("report")
        let _: CheckAnswer = try await burglar.fleet.ask("host", "check", "rack7")
        let _: [Finding] = try await burglar.fleet.findings()
        let log = burglar.host.server.log
        #expect(log.text.contains("Accepted publickey"))
        let correct = try await fingerprint("\(burglar.fleet.stateDirectory)/correct.key")
        #expect(!log.text.contains(correct))
        #expect(log.text.contains(try await fingerprint("\(burglar.fleet.stateDirectory)/report.key")))
        // The log does name that key once it is used.
        _ = try await burglar.ssh("correct", [], ["x"])
        #expect(await log.contains(correct, orEndsWithin: .seconds(10)))
    }

    @Test("the keys and the state folder are the daemon's user's alone")
    func modes() async throws {
        let fleet = try await Fleet.start()
        for (name, mode) in [("", 0o700), ("/report.key", 0o600), ("/correct.key", 0o600)] {
            let found = try FileManager.default.attributesOfItem(atPath: fleet.stateDirectory + name)
            #expect(found[.posixPermissions] as? Int == mode, "\(name)")
        }
    }

    private func codes(_ outcome: CommandOutcome) throws -> [Int: String] {
        var found: [Int: String] = [:]
        for line in outcome.output.split(separator: "\n") {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
            if let id = answer.id { found[id] = answer.error?.data?.code ?? "" }
        }
        return found
    }

    private struct Answer: Decodable {
        struct Fault: Decodable {
            struct Detail: Decodable { var code: String? }
            var data: Detail?
        }
        var id: Int?
        var error: Fault?
    }

    private func fingerprint(_ key: String) async throws -> String {
        let outcome = try await run("/usr/bin/ssh-keygen", ["-l", "-E", "sha256", "-f", key])
        return String(try #require(outcome.output.split(separator: " ").dropFirst().first))
    }
}
