import Foundation
import NestingModel
import SecureShell
import Synchronization
import Testing

@testable import AgentDelivery

/// Without a starter, so that nothing of this machine's is touched.
private let survey = HostSurvey(platform: "linux-x86_64", userID: 1, home: "/", starter: .none)

@Suite("Taking an agent away")
struct UninstallingTests {
    private func write(_ files: [String: String], below folder: String) throws {
        for (name, text) in files {
            let file = URL(filePath: "\(folder)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    private let ours = [
        "controller.json": "{}", ".controller.json.new": "{", "hypervisor.json": "{}", ".hypervisor.json.new": "",
        "journal.lock": "", "lock": "", "corrections/r1%2fitem-1.json": "{}", "corrections/.r1%2fitem-1.json.new": "{",
        "corrections/r2.json.damaged-1": "?",
    ]

    @Test("leaves nothing of its state, whatever it was in the middle of")
    func whole() async throws {
        let ground = try await InstallerTests.Ground()
        try write(ours, below: ground.agent.state)
        try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
        #expect(!FileManager.default.fileExists(atPath: ground.agent.state))
        #expect(ground.said.all.contains("the agent's state is gone"))
        await ground.end()
    }

    @Test("from folders that others use leaves what is theirs, and tells so")
    func sharedFolders() async throws {
        let ground = try await InstallerTests.Ground()
        let theirs = [
            "dpkg/status": "installed", "notes.txt": "mine", ".hidden": "mine", "corrections/README": "mine",
            "corrections/old.json/kept": "mine",
        ]
        try write(ours.merging(theirs) { $1 }, below: ground.agent.state)
        try write(["nestor-agent": "ours", "other-tool": "mine"], below: ground.agent.directory)
        for _ in 0..<2 {
            try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
            for (name, text) in theirs { #expect(try ground.text("\(ground.agent.state)/\(name)") == text) }
            for name in ours.keys {
                #expect(!FileManager.default.fileExists(atPath: "\(ground.agent.state)/\(name)"), "\(name)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: ground.agent.directory) == ["other-tool"])
        }
        for folder in [ground.agent.state, ground.agent.directory] {
            #expect(ground.said.all.count { $0.hasSuffix("; \(folder) holds other files, and stays") } == 2)
        }
        await ground.end()
    }

    @Test("leaves a lock that holds something, and what a link leads to: neither is the agent's")
    func strangers() async throws {
        let ground = try await InstallerTests.Ground()
        try write(["lock": "4711\n"], below: ground.agent.state)
        try write(["a.json": "mine"], below: "\(ground.place)/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: "\(ground.agent.state)/corrections", withDestinationPath: "\(ground.place)/elsewhere")
        try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
        #expect(try ground.text("\(ground.agent.state)/lock") == "4711\n")
        #expect(try ground.text("\(ground.place)/elsewhere/a.json") == "mine")
        await ground.end()
    }

    @Test(
        "that fails says what could not be removed, and why",
        arguments: ["agent/nestor-agent", "state/controller.json"])
    func failure(_ name: String) async throws {
        let ground = try await InstallerTests.Ground()
        // A folder in the file's place, which not even root's rm takes away.
        try write(["\(name)/inside": "mine"], below: ground.place)
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
        }
        #expect(failure?.code == "command-failed")
        #expect(failure?.sentence.contains(URL(filePath: name).lastPathComponent) == true)
        #expect(failure?.sentence.contains("rm:") == true)
        await ground.end()
    }

    @Test("keeps an authorized_keys that only held its keys, empty, and writes none that did not")
    func emptiedKeys() async throws {
        let ground = try await InstallerTests.Ground()
        let file = ground.agent.authorizedKeys
        try await ground.installer.authorize(ground.keys, in: file)
        try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
        #expect(try ground.text(file) == "")
        #expect(ground.said.all.contains("the controller's keys are out of \(file), which is empty now, and stays"))

        let foreign = Data("ssh-rsa AAAA desk\r\n# caf".utf8) + [0xE9]
        try foreign.write(to: URL(filePath: file))
        let before = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int
        try await ground.installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
        #expect(try Data(contentsOf: URL(filePath: file)) == foreign)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int == before)
        await ground.end()
    }

    @Test("of a root with systemd stops the timer, removes the units, and then makes systemd forget them")
    func units() async throws {
        let shell = RecordedShell()
        let root = HostSurvey(platform: "linux-x86_64", userID: 0, home: "/root", starter: .systemd)
        let agent = InstalledAgent(
            directory: "/opt/n", state: "/var/lib/n", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0",
            version: "0")
        try await AgentInstaller(session: shell) { _ in }.uninstall(agent: agent, controller: "c1", survey: root)
        let commands = shell.commands
        let steps = [
            "systemctl disable --now nestor-agent-recover.timer",
            "rm -f /etc/systemd/system/nestor-agent-recover.service",
            "rm -f /etc/systemd/system/nestor-agent-recover.timer", "systemctl daemon-reload",
        ].map { step in commands.firstIndex { $0.hasSuffix(step) } }
        #expect(steps == [0, 1, 2, 3])
        #expect(!commands.contains { $0.contains("|| true") || $0.contains("; true") })
    }
}

/// A host that does all that it is told, and remembers it.
private final class RecordedShell: SecureShellSession {
    private let told = Mutex<[String]>([])
    var commands: [String] { told.withLock { $0 } }

    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
        told.withLock { $0.append(command) }
        return Done()
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {}
    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
    func close() async {}

    private struct Done: SecureShellChannel {
        func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {}
        func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
        func finishWriting(deadline: Duration) async throws(SSHFailure) {}
        func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? { 0 }
        func standardError() async -> String { "" }
        func close() async {}
    }
}
