import CMicroHTTPD
import Synchronization

/// The bytes of one event stream on their way from a task to libmicrohttpd's thread.
///
/// While nothing waits to be sent, the connection is suspended; the sender resumes it. Both happen under the lock, so a
/// resume never overtakes its suspend, and none follows `close`, after which the connection may be freed.
final class EventChannel: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var offset = 0
        var isSuspended = false
        /// Nothing more is sent: end after what is pending.
        var isFinished = false
        /// The connection is gone.
        var isClosed = false
        var sender: CheckedContinuation<Bool, Never>?

        var waiting: Int { pending.count - offset }

        mutating func takeSender() -> CheckedContinuation<Bool, Never>? {
            defer { sender = nil }
            return sender
        }
    }

    /// More than this waiting for a client that reads slowly makes the sender wait.
    private static let highWater = 256 * 1024

    // Valid until `close`; used only under the lock and while not closed.
    private nonisolated(unsafe) let connection: OpaquePointer
    private let state = Mutex(State())

    init(connection: OpaquePointer) { self.connection = connection }

    /// Queues bytes, and waits while the client reads slower than they come.
    /// - Returns: false when nobody will read them.
    func send(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                guard !state.isFinished, !state.isClosed else { return false }
                state.pending += bytes
                wake(&state)
                guard state.waiting > Self.highWater, state.sender == nil else { return true }
                state.sender = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Sends a comment where nothing else waits, so that a client that left is noticed.
    func beat() {
        state.withLock { state in
            guard state.waiting == 0, !state.isFinished, !state.isClosed else { return }
            state.pending += ServerSentEvent.heartbeat
            wake(&state)
        }
    }

    /// Ends the stream after what waits; `discarding` ends it at once.
    func finish(discarding: Bool = false) {
        state.withLock { state in
            state.isFinished = true
            if discarding { (state.pending, state.offset) = ([], 0) }
            wake(&state)
            return state.takeSender()
        }?.resume(returning: false)
    }

    /// The connection is gone: it is not touched again.
    func close() {
        state.withLock { state in
            state.isClosed = true
            (state.pending, state.offset) = ([], 0)
            return state.takeSender()
        }?.resume(returning: false)
    }

    /// Called by libmicrohttpd's thread: fills `buffer`, or suspends the connection.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (count, sender) = state.withLock { state -> (Int, CheckedContinuation<Bool, Never>?) in
            guard state.waiting > 0 else {
                if state.isFinished || state.isClosed { return (-1, nil) }
                state.isSuspended = true
                MHD_suspend_connection(connection)
                return (0, nil)
            }
            let count = min(buffer.count, state.waiting)
            buffer.copyBytes(from: state.pending[state.offset..<state.offset + count])
            state.offset += count
            if state.waiting == 0 { (state.pending, state.offset) = ([], 0) }
            return (count, state.waiting <= Self.highWater / 2 ? state.takeSender() : nil)
        }
        sender?.resume(returning: true)
        return count
    }

    private func wake(_ state: inout State) {
        guard state.isSuspended, !state.isClosed else { return }
        state.isSuspended = false
        MHD_resume_connection(connection)
    }
}
