import Foundation
import NestorTestKit

/// A machine of the fleet, of a real sshd on this machine and folders of its own.
final class PretendHost: Sendable {
    let name: String
    let server: PrivateSSHServer
    let operatorKey: SSHKeyPair
    let agentDirectory: String
    /// What its agent asks; it need not exist.
    let libvirtSocket: String?

    /// - Parameters:
    ///   - agentDirectory: shared by hosts that need not be pushed one by one; else its own.
    ///   - libvirtSocket: nil for a path where nobody listens.
    init(
        _ name: String, agentDirectory: String? = nil, libvirtSocket: String? = nil, settings: [String] = []
    ) async throws {
        self.name = name
        operatorKey = try SSHKeyPair.generate()
        server = try await PrivateSSHServer.start(authorizedKeys: [operatorKey.publicLine], settings: settings)
        self.agentDirectory = agentDirectory ?? server.folder("agent")
        self.libvirtSocket = libvirtSocket
        try server.folder.write(operatorKey.privateText, to: "operator_key")
    }

    var agent: String { "\(agentDirectory)/nestor-agent" }
    var agentState: String { server.folder("agent-state") }
    var authorizedKeys: String { server.folder("authorized_keys") }
    var operatorKeyFile: String { server.folder("operator_key") }

    /// The words after `host enrol`.
    var enrolment: [String] {
        get throws {
            [
                "host", "enrol", name, "--address", "127.0.0.1", "--port", "\(server.port)", "--user", server.user,
                "--operator-key", operatorKeyFile, "--host-key-fingerprint", try Self.fingerprint(server.hostKey),
                "--agent-directory", agentDirectory, "--agent-state", agentState, "--authorized-keys", authorizedKeys,
                "--libvirt-socket", libvirtSocket ?? server.folder("no-libvirt"), "--no-boot-recovery", "--yes",
            ]
        }
    }

    /// Edits authorized_keys, which is the host owner's.
    func editKeys(_ edit: (String) -> String) throws {
        let text = try String(contentsOfFile: authorizedKeys, encoding: .utf8)
        let lines = text.split(separator: "\n").map { edit(String($0)) }.filter { !$0.isEmpty }
        try server.authorize(lines)
    }

    /// Lets the controller's keys run something else than the agent.
    func replaceCommand(_ command: String) throws {
        try editKeys { line in
            guard let start = line.range(of: "command=\""), let end = line.range(of: "\" ssh-") else { return line }
            return line[..<start.upperBound] + command + line[end.lowerBound...]
        }
    }

    static func fingerprint(_ key: SSHKeyPair) throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write(key.publicLine + "\n", to: "key.pub")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
        process.arguments = ["-l", "-E", "sha256", "-f", file]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: " ")
        process.waitUntilExit()
        guard words.count > 1 else { throw TestToolFailure(sentence: "ssh-keygen shows no fingerprint") }
        return String(words[1])
    }
}
