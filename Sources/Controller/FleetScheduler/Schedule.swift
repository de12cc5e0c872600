package import Foundation

/// When something is due, again and again.
///
/// Cron lines are about what the clocks of a zone show. A time that they skip is due once, right after the gap; one
/// that they show twice is due once, at the first. Intervals count from 1970-01-01T00:00:00Z and know no zone, so that
/// `6h` is at 00:00, 06:00, 12:00 and 18:00 UTC, whenever the controller started.
package enum Schedule: Sendable, Hashable {
    case cron(CronExpression, in: ScheduleZone)
    /// In whole seconds, at least one.
    case every(seconds: Int)

    /// The first time after `instant`; nil where none comes within the longest wait of the calendar, 40 years.
    package func next(after instant: Date) -> Date? {
        let now = Int(instant.timeIntervalSince1970.rounded(.down))
        switch self {
        case .every(let seconds):
            return Self.date(now + seconds - (now % seconds + seconds) % seconds)
        case .cron(let expression, let zone):
            return Self.next(expression, in: zone, after: now).map(Self.date)
        }
    }

    /// A 29 February that is a Sunday comes every 28 years, or after 40 across 2100.
    private static let longestWait = 41 * 366

    private static func next(_ expression: CronExpression, in zone: ScheduleZone, after now: Int) -> Int? {
        let wall = zone.wall(at: now)
        let today = ScheduleZone.day(ofWall: wall)
        for number in today...today + longestWait where expression.isDue(on: number) {
            for minute in expression.times {
                let time = number * 86_400 + minute * 60
                // Earlier ones lie at or before now, as wall times never run ahead of their instants.
                guard time >= wall - 60 else { continue }
                let due = zone.instant(ofWall: time)
                if due > now { return due }
            }
        }
        return nil
    }

    private static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }
}
