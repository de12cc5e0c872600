import Foundation

@testable import FleetScheduler

/// An instant as ISO 8601 says it.
func time(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

func cron(_ line: String, _ zone: String) throws -> Schedule {
    .cron(try CronExpression(line), in: try ScheduleZone(named: zone))
}

/// The next due times after an instant, each from the one before, as ISO 8601 in UTC.
func dueTimes(_ schedule: Schedule, after start: String, count: Int) throws -> [String] {
    var instant = try time(start)
    var result: [String] = []
    while result.count < count, let next = schedule.next(after: instant) {
        result.append(next.formatted(.iso8601))
        instant = next
    }
    return result
}
