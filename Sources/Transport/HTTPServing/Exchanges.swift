import Synchronization

/// The requests in progress on one server, and what they share.
final class Exchanges: Sendable {
    private struct State {
        var open: [ObjectIdentifier: Exchange] = [:]
        var isStopping = false
        var drained: AsyncStream<Void>.Continuation?
    }

    let bodyLimit: Int
    let budget: BodyBudget
    let handler: HTTPServer.Handler
    /// How many objects the C library holds.
    let retained = Atomic(0)
    private let state = Mutex(State())

    init(bodyLimit: Int, budget: BodyBudget, handler: @escaping HTTPServer.Handler) {
        self.bodyLimit = bodyLimit
        self.budget = budget
        self.handler = handler
    }

    var count: Int { state.withLock { $0.open.count } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func add(_ exchange: Exchange) { state.withLock { $0.open[ObjectIdentifier(exchange)] = exchange } }

    func remove(_ exchange: Exchange) {
        state.withLock { state in
            state.open[ObjectIdentifier(exchange)] = nil
            if state.open.isEmpty { state.drained?.finish() }
        }
    }

    /// Keeps silent event streams in use.
    func beat() {
        for exchange in all() { exchange.state.withLock { $0.channel }?.beat() }
    }

    /// Ends event streams, then waits until every request is answered or the deadline passes.
    func drain(deadline: Duration) async {
        let drained = AsyncStream<Void> { continuation in
            state.withLock { state in
                state.isStopping = true
                state.drained = continuation
                if state.open.isEmpty { continuation.finish() }
            }
        }
        for exchange in all() { exchange.drain() }
        await withTaskGroup { group in
            group.addTask { for await _ in drained {} }
            group.addTask { try? await Task.sleep(for: deadline) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Answers whatever still waits, so that no connection stays suspended.
    func interrupt() {
        for exchange in all() { exchange.interrupt() }
    }

    private func all() -> [Exchange] { state.withLock { Array($0.open.values) } }
}
