import CMicroHTTPD
import Synchronization

/// One request and its answer on one connection, from the request line until libmicrohttpd says "completed".
///
/// libmicrohttpd's thread drives it; a task answers. Everything that touches the connection happens under the lock and
/// before `.ended`, after which the connection may be freed.
final class Exchange: Sendable {
    enum Phase {
        /// The request line came; headers follow.
        case opened
        /// The body comes.
        case reading
        /// The connection is suspended, and the handler runs.
        case handling
        /// The connection is resumed, and libmicrohttpd asks for the response next.
        case answered(HTTPResponse)
        /// The response is being sent.
        case responding
        /// The connection or the request is over.
        case ended
    }

    struct State {
        var phase = Phase.opened
        var request: HTTPRequest?
        /// Bytes of the body that count in the budget.
        var reserved = 0
        /// Bytes of the body that came and were dropped, and what is answered instead.
        var discarded = 0
        var refusal: HTTPResponse?
        var task: Task<Void, Never>?
        var channel: EventChannel?
        /// The server stops: an event stream ends as soon as it begins.
        var isDraining = false
        /// The server's time is up: nothing is suspended any more.
        var isInterrupted = false
    }

    /// The request target as it was sent.
    let target: String
    // Valid until `.ended`; used only under the lock and before that.
    nonisolated(unsafe) let connection: OpaquePointer
    let state = Mutex(State())

    let budget: BodyBudget

    init(target: String, connection: OpaquePointer, budget: BodyBudget) {
        self.target = target
        self.budget = budget
        self.connection = connection
    }

    /// Suspends the connection and runs the handler. Called by libmicrohttpd's thread when the body is whole.
    /// - Returns: what to answer at once where the server's time is up.
    func handle(by handler: @escaping HTTPServer.Handler) -> HTTPResponse? {
        state.withLock { state in
            guard let request = state.request, !state.isInterrupted else {
                state.phase = .responding
                return Self.stopping
            }
            state.request = nil
            state.phase = .handling
            MHD_suspend_connection(connection)
            // Unstructured, since a C callback starts it; `close` and `interrupt` cancel it.
            state.task = Task {
                let response = await handler(request).revalidated(for: request)
                guard case .events(let pump) = response.content else {
                    self.answer(response)
                    return
                }
                let channel = EventChannel(connection: self.connection)
                guard self.answer(response, channel: channel) else { return }
                await pump { await channel.send($0.bytes) }
                channel.finish()
            }
            return nil
        }
    }

    static let stopping = HTTPResponse.plain(503, "the server stops")

    /// Takes the answer and resumes the connection.
    /// - Returns: false when the request is over or was answered already, or the stream is to end at once.
    @discardableResult
    func answer(_ response: HTTPResponse, channel: EventChannel? = nil) -> Bool {
        state.withLock { state in
            guard case .handling = state.phase else { return false }
            state.phase = .answered(response)
            state.channel = channel
            MHD_resume_connection(connection)
            guard state.isDraining, let channel else { return true }
            channel.finish()
            return false
        }
    }

    /// The server stops: ends an event stream after what waits, and its producer. A handler may go on.
    func drain() {
        state.withLock { state in
            state.isDraining = true
            guard let channel = state.channel else { return }
            channel.finish()
            state.task?.cancel()
        }
    }

    /// The server's time is up: nothing stays suspended.
    func interrupt() {
        answer(Self.stopping)
        state.withLock { state in
            state.isInterrupted = true
            state.task?.cancel()
            state.channel?.finish(discarding: true)
        }
    }

    /// libmicrohttpd is done with the request.
    func close() {
        let (channel, task) = state.withLock { state in
            state.phase = .ended
            state.request = nil
            budget.release(state.reserved)
            state.reserved = 0
            return (state.channel, state.task)
        }
        channel?.close()
        task?.cancel()
    }
}
