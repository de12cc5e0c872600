import Glibc

/// Ends a process when the test's own process is gone, however that went: a crash and an exit test run no deinit.
package final class Watchdog: Sendable {
    private let pid: Int32
    /// The other end is the watching shell's input: it ends with this process.
    private let lifeline: Int32
    private let log: ProcessLog

    package init(over target: Int32) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw TestToolFailure(sentence: "no pair of sockets (errno \(errno))")
        }
        defer { close(ends[1]) }
        lifeline = ends[0]
        (pid, log) = try ProcessLog.spawn("/bin/sh", ["-c", "read _; kill -9 \(target)"], input: ends[1])
    }

    /// Calls the watching off; before the target is waited for, since its number may then be another's.
    package func end() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        close(lifeline)
    }
}
