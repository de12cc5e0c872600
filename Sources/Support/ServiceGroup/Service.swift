/// A part of a daemon that runs from `start` to `stop`: a listener, a scheduler, a store.
package protocol Service: Sendable {
    /// For the log and for failures: `api`, `sweep`.
    var name: String { get }

    /// Returns when the service is ready for the ones after it. Cancelled when the group must stop meanwhile, which it
    /// must heed: the group waits for it.
    func start() async throws

    /// Returns, or throws, when a started service has ended by itself, which ends the whole group: a listener must not
    /// die while its daemon lives on. The default never does; it returns when it is cancelled.
    func untilEnd() async throws

    /// Ends the service. Called once, for every service whose `start` returned.
    /// - Parameter deadline: how long it may take; after that the group goes on without it.
    func stop(deadline: Duration) async
}

extension Service {
    package func untilEnd() async throws {
        let never = AsyncStream<Never>.makeStream()
        for await _ in never.stream {}
        // Used here, so that the continuation outlives the wait: a stream without one ends.
        never.continuation.finish()
    }
}

/// Why a group ended other than by being asked to.
package struct ServiceFailure: Error, Sendable, CustomStringConvertible {
    /// Stable names.
    package enum Code: String, Sendable, Hashable {
        case start = "service-start"
        /// A started service threw.
        case failed = "service-failed"
        /// A started service returned.
        case ended = "service-ended"
        /// The signals of this process belong to another group, or the system gave none.
        case signals = "service-signals"
    }

    package var code: Code
    package var service: String
    /// What the service threw; nil where it just ended.
    package var cause: (any Error)?

    package var description: String {
        switch code {
        case .start: "\(service) did not start: \(cause.map { "\($0)" } ?? "unknown cause")"
        case .failed: "\(service) failed: \(cause.map { "\($0)" } ?? "unknown cause")"
        case .ended: "\(service) ended by itself"
        case .signals: "the process's signals cannot be taken over: \(service)"
        }
    }
}
