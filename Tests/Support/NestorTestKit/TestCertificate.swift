import Foundation
import Glibc

/// A certificate for `localhost` that nobody trusts but who is told to.
package struct TestCertificate: Sendable {
    package let folder: TemporaryFolder
    /// For those who are to trust it.
    package var certificate: String { folder("certificate.pem") }
    /// Certificate and key, for a server.
    package let both: String

    package init() throws {
        let folder = try TemporaryFolder()
        let (pid, log) = try ProcessLog.spawn(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder("key.pem"),
                "-out", folder("certificate.pem"),
            ])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw TestToolFailure(sentence: "openssl made no certificate: \(log.text)") }
        let parts = try ["key.pem", "certificate.pem"].map { try String(contentsOfFile: folder($0), encoding: .utf8) }
        both = try folder.write(parts.joined(), to: "both.pem")
        self.folder = folder
    }
}
