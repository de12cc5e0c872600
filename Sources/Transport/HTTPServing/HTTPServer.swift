import Glibc
import Synchronization

/// An HTTP/1.1 server on a Unix socket: one thread for all connections, handlers as tasks.
///
/// Start it once, stop it once. A server that is dropped without `stop` goes on.
package final class HTTPServer: Sendable {
    package struct Configuration: Sendable {
        /// Where the socket is made: in a folder that keeps out whoever may not connect. At most 107 bytes.
        package var socketPath: String
        /// A listening socket that the service manager has made and passed on: then nothing is made at `socketPath`.
        package var passedSocket: Int32?
        /// The socket's permissions: whoever may write may connect.
        package var mode: UInt32 = 0o660
        /// The longest body, in bytes; a longer one is answered 413.
        package var bodyLimit = 16 << 20
        /// How much the bodies of all requests may hold together, in bytes; what comes beyond is answered 503.
        package var bodiesLimit = 128 << 20
        /// How often a comment is sent on an event stream where nothing else happens.
        package var heartbeat: Duration = .seconds(15)
        /// How long a connection may be idle, or a client may read nothing of its answer. Seconds.
        package var idleLimit = 60
        /// How many connections are held; more wait in the socket's queue.
        package var connectionLimit = 2048

        package init(socketPath: String) { self.socketPath = socketPath }
    }

    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct State {
        var isStarted = false
        var daemon: MicroHTTPDaemon?
        var listener: UnixListener?
        var heart: Task<Void, Never>?
    }

    package let configuration: Configuration
    private let exchanges: Exchanges
    private let state = Mutex(State())

    /// - Parameter handler: runs on Swift's shared pool, several at a time; it must not block. It is cancelled when the
    ///   server's stop deadline passes, and a stream's events when its client goes away.
    package init(_ configuration: Configuration, handler: @escaping Handler) {
        self.configuration = configuration
        exchanges = Exchanges(
            bodyLimit: configuration.bodyLimit, budget: BodyBudget(limit: configuration.bodiesLimit), handler: handler)
    }

    /// How many requests are being read, handled or answered, event streams among them.
    package var openExchanges: Int { exchanges.count }

    /// Objects lent to the C library; 0 after `stop`.
    var retainedContexts: Int { exchanges.retained.load(ordering: .relaxed) }

    /// Binds, listens and serves. From now on clients are answered.
    package func start() throws(HTTPServingFailure) {
        try state.withLock { (state) throws(HTTPServingFailure) in
            guard !state.isStarted else {
                throw HTTPServingFailure(.started, "the server on \(configuration.socketPath) was started before")
            }
            let listener =
                if let passed = configuration.passedSocket {
                    try UnixListener(passed: passed)
                } else {
                    try UnixListener(path: configuration.socketPath, mode: configuration.mode)
                }
            guard
                let daemon = MicroHTTPDaemon(
                    listener: listener.descriptor, idleLimit: configuration.idleLimit,
                    connectionLimit: configuration.connectionLimit, exchanges: exchanges)
            else {
                listener.close()
                throw HTTPServingFailure(.system, "the server on \(configuration.socketPath) cannot start a thread")
            }
            state.isStarted = true
            state.listener = listener
            state.daemon = daemon
            let (exchanges, heartbeat) = (exchanges, configuration.heartbeat)
            // Unstructured, since it lives as long as the server; `stop` cancels it.
            state.heart = Task {
                while (try? await Task.sleep(for: heartbeat)) != nil { exchanges.beat() }
            }
        }
    }

    /// Takes no more requests, ends event streams after what they have to send, lets handlers finish until the deadline,
    /// then cuts what is left. Afterwards the socket is gone, and the C library holds nothing.
    package func stop(deadline: Duration) async {
        let (daemon, listener) = state.withLock { state in
            defer { (state.daemon, state.listener) = (nil, nil) }
            state.heart?.cancel()
            return (state.daemon, state.listener)
        }
        guard let daemon else { return }
        daemon.quiesce()
        listener?.close()
        await exchanges.drain(deadline: deadline)
        if exchanges.count > 0 {
            exchanges.interrupt()
            // The last answers need a moment on the wire.
            await exchanges.drain(deadline: .milliseconds(250))
        }
        await daemon.stop()
    }
}
