import SecureShell
import Synchronization

/// A command that has said all it says, and ended.
final class CannedChannel: SecureShellChannel {
    private let lines: Mutex<[String]>
    private let status: Int

    init(_ lines: [String], status: Int) {
        self.lines = Mutex(lines)
        self.status = status
    }

    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {}
    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        lines.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) }
    }
    func finishWriting(deadline: Duration) async throws(SSHFailure) {}
    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? { status }
    func standardError() async -> String { "" }
    func close() async {}
}
