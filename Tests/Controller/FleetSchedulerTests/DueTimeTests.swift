import Foundation
import Testing

@testable import FleetScheduler

@Suite("What is due")
struct DueTimeTests {
    private func due(_ schedule: Schedule, seenTo: String, now: String) throws -> DueTime {
        DueTime.of(schedule, seenTo: try time(seenTo), now: try time(now))
    }

    @Test("waits for its time, comes on it, and is late a minute after it")
    func onTime() throws {
        let schedule = try cron("0 7 * * *", "UTC")
        let seven = try time("2026-01-02T07:00:00Z")
        #expect(
            try due(schedule, seenTo: "2026-01-01T07:00:00Z", now: "2026-01-02T06:59:59Z") == .wait(until: seven))
        #expect(
            try due(schedule, seenTo: "2026-01-01T07:00:00Z", now: "2026-01-02T07:00:00Z")
                == .due(since: seven, isLate: false))
        #expect(
            try due(schedule, seenTo: "2026-01-01T07:00:00Z", now: "2026-01-02T07:01:01Z")
                == .due(since: seven, isLate: true))
    }

    @Test("is one, however many were missed, and none when that one was seen to")
    func missed() throws {
        let schedule = Schedule.every(seconds: 60)
        #expect(
            try due(schedule, seenTo: "2025-01-01T00:00:00Z", now: "2026-01-01T00:00:30Z")
                == .due(since: try time("2025-01-01T00:01:00Z"), isLate: true))
        #expect(
            try due(schedule, seenTo: "2026-01-01T00:00:30Z", now: "2026-01-01T00:00:31Z")
                == .wait(until: try time("2026-01-01T00:01:00Z")))
    }

    @Test("is not due again when the clock is set back a little, and not lost when it was years ahead")
    func clockJumps() throws {
        let schedule = try cron("0 7 * * *", "UTC")
        #expect(
            try due(schedule, seenTo: "2026-01-02T07:00:01Z", now: "2026-01-02T06:30:00Z")
                == .wait(until: try time("2026-01-03T07:00:00Z")))
        #expect(
            try due(schedule, seenTo: "2040-01-01T00:00:00Z", now: "2026-01-02T06:30:00Z")
                == .wait(until: try time("2026-01-02T07:00:00Z")))
        #expect(
            try due(schedule, seenTo: "2040-01-01T00:00:00Z", now: "2026-01-02T07:00:10Z")
                == .due(since: try time("2026-01-02T07:00:00Z"), isLate: false))
    }

    @Test("every so often counts from 1970, so that a restart changes nothing")
    func intervals() throws {
        #expect(
            try dueTimes(.every(seconds: 6 * 3600), after: "2026-01-01T01:23:45Z", count: 2)
                == ["2026-01-01T06:00:00Z", "2026-01-01T12:00:00Z"])
        #expect(
            try dueTimes(.every(seconds: 7), after: "1969-12-31T23:59:58Z", count: 1) == ["1970-01-01T00:00:00Z"])
    }
}
