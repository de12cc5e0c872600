import Foundation

/// A key pair made by ssh-keygen in a folder that is gone again.
package struct SSHKeyPair: Sendable {
    /// The private key as OpenSSH's text.
    package var privateText: String
    /// `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`.
    package var type: String
    package var base64: String

    /// A line of authorized_keys without options, or of known_hosts without the host.
    package var publicLine: String { "\(type) \(base64)" }

    /// - Parameters:
    ///   - kind: ssh-keygen's `-t`: `ed25519`, `ecdsa` or `rsa`.
    ///   - format: ssh-keygen's `-m`: `RFC4716` is OpenSSH's own form; `PEM` is not for every kind.
    package static func generate(_ kind: String = "ed25519", passphrase: String = "", format: String = "RFC4716") throws
        -> SSHKeyPair
    {
        let folder = try TemporaryFolder()
        let path = folder("key")
        try run(
            "/usr/bin/ssh-keygen",
            ["-q", "-t", kind, "-N", passphrase, "-m", format, "-C", ""]
                + (kind == "rsa" ? ["-b", "2048"] : []) + ["-f", path])
        let line = try String(contentsOfFile: path + ".pub", encoding: .utf8).split(whereSeparator: \.isWhitespace)
        guard line.count >= 2 else { throw TestToolFailure(sentence: "ssh-keygen wrote no public key") }
        return SSHKeyPair(
            privateText: try String(contentsOfFile: path, encoding: .utf8), type: String(line[0]),
            base64: String(line[1]))
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestToolFailure(sentence: "\(program) ended with \(process.terminationStatus)")
        }
    }
}

/// A tool of the tests did not do its part.
package struct TestToolFailure: Error, CustomStringConvertible {
    package var sentence: String
    package var description: String { sentence }

    package init(sentence: String) { self.sentence = sentence }
}
