package import Foundation

/// Whether something is to run now: decided from the schedule, from what was already seen to, and from the clock.
package enum DueTime: Sendable, Hashable {
    /// Nothing is due before this time; nil means never.
    case wait(until: Date?)
    /// It is due, once. However many times passed unseen, this is the first of them, and seeing to it sees to all.
    case due(since: Date, isLate: Bool)

    /// A minute is what a schedule can tell apart.
    package static let tolerance: TimeInterval = 60

    /// A clock that stands back by more has been wrong before, and what it said then binds nobody: then what was due
    /// within the last minute is due.
    private static let clockError: TimeInterval = 86_400

    /// - Parameter seenTo: up to when all due times have been seen to.
    package static func of(_ schedule: Schedule, seenTo: Date, now: Date) -> DueTime {
        let seenTo = seenTo.timeIntervalSince(now) > clockError ? now.addingTimeInterval(-tolerance) : seenTo
        guard let next = schedule.next(after: seenTo) else { return .wait(until: nil) }
        guard next <= now else { return .wait(until: next) }
        return .due(since: next, isLate: now.timeIntervalSince(next) > tolerance)
    }
}
