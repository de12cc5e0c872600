import Foundation
import Glibc
import Synchronization

/// What a process of the test's writes to its standard error.
package final class ProcessLog: Sendable {
    private struct Waiter {
        var text: String
        var resume: @Sendable (Bool) -> Void
    }

    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var isStopped = false
        var waiters: [UUID: Waiter] = [:]

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let state = Mutex(State())

    package var text: String { state.withLock { $0.text } }

    /// Waits until the text is in the log.
    /// - Returns: false where the process ended, or the time did, before it was.
    package func contains(_ text: String, orEndsWithin deadline: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let id = UUID()
            let known = state.withLock { state -> Bool? in
                if state.text.contains(text) { return true }
                if state.hasEnded { return false }
                state.waiters[id] = Waiter(text: text) { continuation.resume(returning: $0) }
                return nil
            }
            if let known { return continuation.resume(returning: known) }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(deadline / .milliseconds(1)))) {
                self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(false)
            }
        }
    }

    /// Runs `end` the first time only.
    func endOnce(_ end: () -> Void) {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        if isFirst { end() }
    }

    /// Starts a program with no input and output, in a session of its own.
    /// - Parameters:
    ///   - input: what it reads from instead of nothing.
    ///   - environment: all that it gets, beside a PATH where none is named.
    package static func spawn(
        _ program: String, _ arguments: [String], input: Int32? = nil, environment given: [String: String] = [:]
    ) throws -> (pid: Int32, log: ProcessLog) {
        var ends: [Int32] = [-1, -1]
        // Unlike a pipe's, its ends are closed on exec from the start: none leaks into another test's server.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestToolFailure(sentence: "no pair of sockets (errno \(errno))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, 0x80)  // POSIX_SPAWN_SETSID, which Glibc's module hides
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        let path = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        var environment = path.merging(given) { $1 }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for variable in environment { free(variable) } }
        var pid: Int32 = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &argv, &environment)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw TestToolFailure(sentence: "\(program) does not start: \(String(cString: strerror(code)))")
        }
        let log = ProcessLog()
        let output = ends[0]
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 8192)
            while true {
                let count = read(output, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                log.take(buffer.prefix(max(count, 0)), isLast: count <= 0)
                if count <= 0 { break }
            }
            close(output)
        }
        return (pid, log)
    }

    private func take(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
        let woken = state.withLock { state in
            state.bytes += bytes
            if isLast { state.hasEnded = true }
            let text = state.text
            var woken: [(Waiter, Bool)] = []
            for (id, waiter) in state.waiters {
                let found = text.contains(waiter.text)
                guard found || isLast else { continue }
                woken.append((waiter, found))
                state.waiters[id] = nil
            }
            return woken
        }
        for (waiter, found) in woken { waiter.resume(found) }
    }
}
