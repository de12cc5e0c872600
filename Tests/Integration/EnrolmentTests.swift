import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@Suite("enrolling a host over a real sshd", .serialized)
struct EnrolmentTests {
    @Test("a host is enrolled, read, shown, checked, upgraded, and removed without a trace")
    func wholeLife() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let before = try String(contentsOfFile: host.authorizedKeys, encoding: .utf8)

        let row: HostRow = try await fleet.ask(host.enrolment + ["--label", "site=lab"])
        #expect(row.health.state == .ok)
        #expect(row.labels == ["site": "lab"])
        #expect(row.level == 0)
        #expect(try sha256(host.agent) == sha256(BuiltPrograms.agent))
        #expect(try await fleet.hosts().map(\.path.description) == ["rack7"])
        let view: HostView = try await fleet.ask("host", "show", "rack7")
        #expect(view.report?.host.bootID.value?.isEmpty == false)
        #expect(view.host.agent.sha256 == (try sha256(host.agent)))
        #expect(view.report?.guests.value == nil, "libvirt is not there, and that is no empty list")
        let check: CheckAnswer = try await fleet.ask("host", "check", "rack7")
        #expect(check.hops.map(\.state) == [.ok])

        // The operator's key is nowhere but where it was.
        // (Its first line of base64 is the same in every key.)
        let secret = host.operatorKey.privateText.split(separator: "\n")[4]
        #expect(try files(below: fleet.stateDirectory).allSatisfy { !$0.contains(secret) })

        // An older agent lies there: what is there afterwards is what the controller holds.
        try FileManager.default.removeItem(atPath: host.agent)  // it runs: writing into it is "text file busy"
        try Data("#!/bin/sh\necho nestor-agent 0.0.0\n".utf8).write(to: URL(fileURLWithPath: host.agent))
        let rows: [UpgradeRow] = try await fleet.ask(
            "agent", "upgrade", "rack7", "--operator-key", host.operatorKeyFile)
        #expect(rows.map(\.error) == [nil])
        #expect(try sha256(host.agent) == sha256(BuiltPrograms.agent))
        #expect(try await fleet.states() == ["rack7": .ok])

        let removed = try await fleet.nestor(
            "host", "remove", "rack7", "--uninstall", "--yes", "--operator-key", host.operatorKeyFile)
        #expect(removed.code == 0, "\(removed)")
        #expect(try await fleet.hosts().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: host.agentDirectory))
        #expect(!FileManager.default.fileExists(atPath: host.agentState))
        #expect(try String(contentsOfFile: host.authorizedKeys, encoding: .utf8) == before)
    }

    @Test("what others have in the agent's folders and in authorized_keys outlives the agent, byte for byte")
    func sharedPlaces() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        try FileManager.default.createDirectory(atPath: host.agentState, withIntermediateDirectories: false)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(host.agentState)/notes.txt"))
        // Another system's line ends, another encoding, blank lines.
        var keys = try Data(contentsOf: URL(fileURLWithPath: host.authorizedKeys))
        keys += Data("# desk\r\n\r\n# Andr".utf8) + [0xE9, 0x0A, 0x0A]
        try keys.write(to: URL(fileURLWithPath: host.authorizedKeys))

        let row: HostRow = try await fleet.ask(host.enrolment)
        #expect(row.health.state == .ok)
        let removed = try await fleet.nestor(
            "host", "remove", "rack7", "--uninstall", "--yes", "--operator-key", host.operatorKeyFile)
        #expect(removed.code == 0, "\(removed)")
        #expect("\(removed)".contains("\(host.agentState) holds other files, and stays"), "\(removed)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: host.agentState) == ["notes.txt"])
        #expect(!FileManager.default.fileExists(atPath: host.agentDirectory))
        #expect(try Data(contentsOf: URL(fileURLWithPath: host.authorizedKeys)) == keys)
    }

    /// The root of all is tried on a scripted host only: where the check fails, the agent would close a real one.
    @Test("a folder that depends on where a login begins is none for an agent")
    func relativeFolder() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        var words = try host.enrolment
        words[words.firstIndex(of: "--agent-state")! + 1] = "agent-state"
        let refused = try await fleet.nestor(words)
        #expect(refused.code != 0)
        #expect(refused.complaint.contains("--agent-state 'agent-state'"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: host.agentDirectory))
    }

    @Test("another fingerprint than the named one stops enrolment before anything is pushed")
    func wrongFingerprint() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        var words = try host.enrolment
        words[words.firstIndex(of: "--host-key-fingerprint")! + 1] =
            "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        let refused = try await fleet.nestor(words)
        #expect(refused.code == 4, "\(refused)")
        #expect(try refused.complaint.contains(PretendHost.fingerprint(host.server.hostKey)))
        #expect(try await fleet.hosts().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: host.agentDirectory))
    }

    @Test("where nobody can be asked, an unknown host key is not accepted")
    func nobodyToAsk() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        var words = try host.enrolment
        let index = words.firstIndex(of: "--host-key-fingerprint")!
        words.removeSubrange(index...index + 1)
        let refused = try await fleet.nestor(words)
        #expect(refused.code == 4, "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: host.agentDirectory))
    }

    @Test("an operator's key that the host refuses is named, and the host is not kept")
    func refusedOperator() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        try host.server.authorize([])
        let refused = try await fleet.nestor(try host.enrolment)
        #expect(refused.code != 0)
        #expect(refused.complaint.contains("key"), "\(refused)")
        #expect(try await fleet.hosts().isEmpty)
    }

    private func sha256(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = [path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(try #require(text.split(separator: " ").first))
    }

    private func files(below path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).compactMap { name in
            (try? Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
