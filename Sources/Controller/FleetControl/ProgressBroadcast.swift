package import ControllerAPI
package import FoundationEssentials
import NestingModel
import Synchronization

/// Sends what goes on to all who listen; a listener that does not keep up loses the oldest events, never holds
/// anybody up.
package final class ProgressBroadcast: Sendable {
    private struct Listener {
        var filter: @Sendable (ProgressEvent) -> Bool
        var continuation: AsyncStream<ProgressEvent>.Continuation
    }

    private struct State {
        var lastID = 0
        var lastListener = 0
        var listeners: [Int: Listener] = [:]
        var recent: [ProgressEvent] = []
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Date

    package init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    func send(
        operation: String? = nil, remediation: String? = nil, path: NodePath? = nil, _ sentence: String,
        last: Bool = false
    ) {
        let (event, listeners) = state.withLock { state in
            state.lastID += 1
            let event = ProgressEvent(
                id: state.lastID, time: now(), operation: operation, remediation: remediation, path: path,
                sentence: sentence, last: last)
            state.recent.append(event)
            if state.recent.count > 500 { state.recent.removeFirst(state.recent.count - 500) }
            return (event, Array(state.listeners.values))
        }
        for listener in listeners where listener.filter(event) { listener.continuation.yield(event) }
    }

    /// Events from now on, after those recent ones that the filter lets through, so that a listener who comes just
    /// after the start misses nothing.
    package func events(matching filter: @escaping @Sendable (ProgressEvent) -> Bool) -> AsyncStream<ProgressEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ProgressEvent.self, bufferingPolicy: .bufferingNewest(1_000))
        let number = state.withLock { state in
            state.lastListener += 1
            for event in state.recent where filter(event) { continuation.yield(event) }
            state.listeners[state.lastListener] = Listener(filter: filter, continuation: continuation)
            return state.lastListener
        }
        continuation.onTermination = { [self] _ in
            _ = state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    func finish() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.continuation.finish() }
    }
}
