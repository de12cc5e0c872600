import SecureShell
import Synchronization

/// Machines with a shell, as an operator's session sees them: it answers what enrolment asks, and keeps its files.
final class ScriptedShell: SecureShellConnector {
    struct State: Sendable {
        /// By hop and path.
        var files: [String: [UInt8]] = [:]
        var commands: [String] = []
        var machine = "x86_64"
        /// A write to a path that ends so fails.
        var failsToWrite: String?
    }

    private let state = Mutex(State())
    var now: State { state.withLock { $0 } }
    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        Session(shell: self, hop: route.target.name)
    }

    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        HostKey(type: "ssh-ed25519", base64: "AAAA")
    }

    private struct Session: SecureShellSession {
        let shell: ScriptedShell
        let hop: String

        func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
            shell.set { $0.commands.append("\(hop): \(command)") }
            if command.hasPrefix("uname") {
                return CannedChannel(["Linux", shell.now.machine, "1000", "/home/ops", "none"], status: 0)
            }
            if command.hasPrefix("nestor-agent session") { return CannedChannel([], status: 127) }
            return CannedChannel([], status: command.hasPrefix("sha256sum") ? 1 : 0)
        }

        func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {
            if let end = shell.now.failsToWrite, path.hasSuffix(end) {
                throw SSHFailure(.fileRefused, hop: hop, "the disk is full")
            }
            shell.set { $0.files["\(hop) \(path)"] = bytes }
        }

        func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
            shell.now.files["\(hop) \(path)"]
        }

        func close() async {}
    }
}
