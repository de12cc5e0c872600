/// What is left of a time, by the clock that the environment gives: deadlines and the pauses between attempts have to be
/// told by one clock.
struct Countdown: Sendable {
    private let left: @Sendable () -> Duration

    init(_ duration: Duration, on clock: any Clock<Duration>) { left = Self.left(of: duration, on: clock) }

    private static func left<Ticking: Clock>(
        of duration: Duration, on clock: Ticking
    ) -> @Sendable () -> Duration where Ticking.Duration == Duration {
        let end = clock.now.advanced(by: duration)
        return { clock.now.duration(to: end) }
    }

    /// Negative once it is over.
    var remaining: Duration { left() }
    var isOver: Bool { remaining <= .zero }
}
