import Glibc
import Synchronization

/// SIGTERM, SIGINT and a terminal's SIGHUP as a stream, SIGPIPE ignored, while this lives in the process. The second
/// signal ends the process at once, in the handler itself, so that it works even when every thread is stuck.
struct ProcessSignals: Sendable {
    /// A terminal that goes away takes what runs in it along, unless nohup(1) said otherwise. What has no terminal is
    /// sent SIGHUP by those who expect that it reads its settings again: it must not die of it, nor does it.
    private let handled: [Int32]

    /// The first signal's number; ends after `restore`.
    let received: AsyncStream<Int32>
    private let writeEnd: Int32

    /// Nil where another group of this process has them, or the system refuses.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        guard signalPipe.compareExchange(expected: -1, desired: writeEnd, ordering: .sequentiallyConsistent).exchanged
        else {
            close(readEnd)
            close(writeEnd)
            return nil
        }
        signalCount.store(0, ordering: .sequentiallyConsistent)
        self.writeEnd = writeEnd
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        received = stream
        guard Reader(readEnd, continuation).start() else {
            signalPipe.store(-1, ordering: .sequentiallyConsistent)
            close(readEnd)
            close(writeEnd)
            return nil
        }
        signal(SIGPIPE, SIG_IGN)
        handled = [SIGTERM, SIGINT] + (Self.hasTerminal() && !Self.ignoresHangUp() ? [SIGHUP] : [])
        signal(SIGHUP, SIG_IGN)
        for number in handled { signal(number, signalArrived) }
    }

    private static func hasTerminal() -> Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }

    private static func ignoresHangUp() -> Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        // Functions can't be compared, and this one is no function: it is the number 1.
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Gives the signals back to their default actions. SIGPIPE stays ignored: connections may still break. So does a
    /// SIGHUP that meant nothing.
    func restore() {
        for number in handled { signal(number, SIG_DFL) }
        signalPipe.store(-1, ordering: .sequentiallyConsistent)
        // The reader ends at the end of file.
        close(writeEnd)
    }

    /// A thread of its own, since it blocks: reads numbers from the pipe until its end.
    private final class Reader: Sendable {
        private let descriptor: Int32
        private let continuation: AsyncStream<Int32>.Continuation

        init(_ descriptor: Int32, _ continuation: AsyncStream<Int32>.Continuation) {
            self.descriptor = descriptor
            self.continuation = continuation
        }

        func start() -> Bool {
            let pointer = Unmanaged.passRetained(self).toOpaque()
            var thread = pthread_t()
            let failure = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Reader>.fromOpaque(pointer).takeRetainedValue().run() }
                    return nil
                }, pointer)
            guard failure == 0 else {
                Unmanaged<Reader>.fromOpaque(pointer).release()
                return false
            }
            pthread_detach(thread)
            return true
        }

        private func run() {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count < 0, errno == EINTR { continue }
                guard count == 1 else { break }
                continuation.yield(Int32(byte))
            }
            close(descriptor)
            continuation.finish()
        }
    }
}

// Signal handlers have no context: the pipe's write end, or -1, and how many signals came.
private let signalPipe = Atomic<Int32>(-1)
private let signalCount = Atomic<Int>(0)

/// Runs inside whatever the process was doing: atomics, write(2) and _exit(2) only (signal-safety(7)).
private func signalArrived(_ number: Int32) {
    guard signalCount.add(1, ordering: .relaxed).oldValue == 0 else { _exit(128 + number) }
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe.load(ordering: .relaxed), &byte, 1)
    errno = saved
}
