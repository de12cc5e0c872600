import FoundationEssentials
import NestorTestKit
import SecureShell

/// A machine with a shell, as an operator's session sees it: it says yes to all that enrolment asks.
struct SimulatedShell: SecureShellSession {
    let fleet: SimulatedFleet
    let host: String

    /// Where the controller finds the agent that it brings to a host; one for the whole process.
    static let packages = try? TemporaryFolder()
    static let packageFolder: String = {
        _ = try? packages?.write("agent", to: "nestor-agent-linux-x86_64")
        return packages?.path ?? "/nowhere"
    }()

    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
        if command.hasPrefix("uname") {
            return CannedChannel(["Linux", "x86_64", "1000", "/home/ops", "none"], status: 0)
        }
        return CannedChannel([], status: command.hasPrefix("sha256sum") ? 1 : 0)
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {
        fleet.files[host, default: [:]][path] = bytes
    }

    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        fleet.files[host]?[path]
    }

    func close() async {}
}
