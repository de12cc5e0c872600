import Foundation
import Glibc

/// A real sshd of the test's own, on a free port of 127.0.0.1, which runs as the current user and accepts only the
/// keys that the test gives it.
///
/// It reads nothing of the machine's: configuration, host key and authorized_keys lie in its folder, and sessions get
/// that folder's `home` as HOME. It ends with `stop` or with this object, and its sessions' processes with it.
package final class PrivateSSHServer: Sendable {
    package let port: Int
    /// Who logs in: the user who runs the test.
    package let user: String
    package let hostKey: SSHKeyPair
    /// Everything of the server's; free for the test's own files too.
    package let folder: TemporaryFolder
    /// What sshd said so far, at level VERBOSE unless the settings say otherwise.
    package let log: ProcessLog
    private let listener: Int32
    private let watchdog: Watchdog

    /// Starts a server and returns once it accepts connections.
    /// - Parameters:
    ///   - hostKey: made anew where nil.
    ///   - authorizedKeys: lines of authorized_keys, options and all, such as `restrict,command="…" ssh-ed25519 AAAA…`.
    ///   - settings: further lines of sshd_config; they come first, and sshd goes by the first that it finds.
    ///   - wanted: the port of a server that was stopped, to stand in for it; else a free one.
    package static func start(
        hostKey: SSHKeyPair? = nil, authorizedKeys: [String] = [], settings: [String] = [], port wanted: Int? = nil
    ) async throws -> PrivateSSHServer {
        let hostKey = try hostKey ?? SSHKeyPair.generate()
        // Between finding a free port and sshd's taking it, another may have taken it.
        for _ in 0..<5 {
            let server = try PrivateSSHServer(
                port: try wanted ?? LoopbackPort.free(), hostKey: hostKey, authorizedKeys: authorizedKeys,
                settings: settings)
            if await server.log.contains(
                "Server listening on 127.0.0.1 port \(server.port).", orEndsWithin: .seconds(20)),
                LoopbackPort.accepts(server.port)
            {
                return server
            }
            server.stop()
            guard server.log.text.contains("Address already in use") else {
                throw TestToolFailure(sentence: "sshd did not start: \(server.log.text)")
            }
        }
        throw TestToolFailure(sentence: "sshd found its port taken five times")
    }

    private init(port: Int, hostKey: SSHKeyPair, authorizedKeys: [String], settings: [String]) throws {
        self.port = port
        self.hostKey = hostKey
        user = NSUserName()
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("home"), withIntermediateDirectories: false)
        let key = try folder.write(hostKey.privateText, to: "host_key")
        let authorized = try folder.write(authorizedKeys.map { $0 + "\n" }.joined(), to: "authorized_keys")
        let configuration =
            settings + [
                "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(key)", "AuthorizedKeysFile \(authorized)",
                "PidFile none", "UsePAM no", "UseDNS no", "StrictModes no", "PasswordAuthentication no",
                "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password", "MaxStartups 1000",
                "MaxSessions 100", "LogLevel VERBOSE", "PrintMotd no", "PrintLastLog no",
                "SetEnv HOME=\(folder("home"))", "Subsystem sftp internal-sftp",
            ]
        let file = try folder.write(configuration.joined(separator: "\n") + "\n", to: "sshd_config")
        if getuid() == 0 {
            // sshd's separated part wants it when started by root; packaging makes it at boot.
            try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        (listener, log) = try ProcessLog.spawn("/usr/sbin/sshd", ["-D", "-e", "-f", file])
        watchdog = try Watchdog(over: listener)
    }

    /// Replaces authorized_keys; sshd reads it at each authentication.
    package func authorize(_ lines: [String]) throws {
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "authorized_keys")
    }

    /// Ends the server and all its sessions at once, as a crash of the machine would. Safe to call twice.
    package func stop() {
        log.endOnce {
            watchdog.end()
            ProcessTree.end(listener)
        }
    }

    /// Ends the sessions' processes, and leaves the server listening.
    package func dropSessions() {
        for pid in ProcessTree.descendants(of: listener) { kill(pid, SIGKILL) }
    }

    /// Processes of the sessions that are open now.
    package var sessionProcesses: [Int32] { ProcessTree.descendants(of: listener) }

    deinit { stop() }
}
