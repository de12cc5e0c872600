import FoundationEssentials

/// One run of the controller's process, from its start until it is stopped or killed. Killed, it reaches nothing more:
/// no store, no agent, no recipient, no clock.
final class Incarnation: Clock, @unchecked Sendable {  // used on the simulation's one thread
    typealias Duration = Swift.Duration
    typealias Instant = SimulatedInstant

    let number: Int
    private(set) var isDead = false
    /// It dies at that write of the store: 1 is the next.
    var writesLeft: Int?
    /// Whether that write is still done.
    var lastIsWritten = false
    /// Called once.
    var died: () -> Void = {}
    private let time: SimulatedTime
    private var sleepers: [Int: (entry: Int, wake: UnsafeContinuation<Void, any Error>)] = [:]
    private var lastSleeper = 0
    private var lastID = 0

    init(number: Int, time: SimulatedTime) {
        (self.number, self.time) = (number, time)
    }

    func kill() {
        guard !isDead else { return }
        isDead = true
        for sleeper in sleepers.keys.sorted() { wake(sleeper, CancellationError()) }
        died()
    }

    func newID() -> String {
        lastID += 1
        return "\(number)-\(lastID)"
    }

    // MARK: Its clock

    var now: SimulatedInstant { SimulatedInstant(seconds: .seconds(time.elapsed)) }
    var minimumResolution: Duration { .seconds(1) }

    func sleep(until deadline: SimulatedInstant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        if isDead { throw CancellationError() }
        lastSleeper += 1
        let number = lastSleeper
        let seconds = max((deadline.seconds - .seconds(time.elapsed)).wholeSeconds, 1)
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { (wake: UnsafeContinuation<Void, any Error>) in
                let entry = time.after(seconds) { [weak self] in self?.wake(number, nil) }
                sleepers[number] = (entry, wake)
                if Task.isCancelled { self.wake(number, CancellationError()) }
            }
        } onCancel: {
            wake(number, CancellationError())
        }
    }

    private func wake(_ number: Int, _ error: (any Error)?) {
        guard let sleeper = sleepers.removeValue(forKey: number) else { return }
        time.cancel(sleeper.entry)
        if let error { sleeper.wake.resume(throwing: error) } else { sleeper.wake.resume() }
    }
}
