import Foundation
import Testing

@testable import FleetScheduler

@Suite("A schedule in a time zone")
struct ZoneTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var zone: String
        var line: String
        var after: String
        var due: [String]
        var testDescription: String { "\(zone) \(line) after \(after)" }

        init(_ zone: String, _ line: String, after: String, _ due: String...) {
            (self.zone, self.line, self.after, self.due) = (zone, line, after, due)
        }
    }

    @Test(
        "is due once for a time that the clocks skip, right after the gap",
        arguments: [
            Case(
                "Europe/Berlin", "30 2 * * *", after: "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            Case(
                "Europe/Berlin", "*/20 2 * * *", after: "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
                "2026-03-30T00:00:00Z"),
            Case(
                "America/New_York", "15 2 8 3 *", after: "2026-01-01T00:00:00Z", "2026-03-08T07:00:00Z",
                "2027-03-08T07:15:00Z"),
            // Half an hour only.
            Case(
                "Australia/Lord_Howe", "10 2 * * *", after: "2026-10-02T20:00:00Z", "2026-10-03T15:30:00Z",
                "2026-10-04T15:10:00Z"),
            // A gap at midnight.
            Case(
                "America/Sao_Paulo", "@daily", after: "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z",
                "2018-11-05T02:00:00Z"),
            // A whole day, 30 December 2011, when Samoa crossed the date line.
            Case(
                "Pacific/Apia", "0 7 * * *", after: "2011-12-29T12:00:00Z", "2011-12-29T17:00:00Z",
                "2011-12-30T10:00:00Z", "2011-12-30T17:00:00Z"),
        ])
    func gap(_ example: Case) throws { try check(example) }

    @Test(
        "is due once for a time that the clocks show twice, at the first",
        arguments: [
            Case(
                "Europe/Berlin", "30 2 * * *", after: "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z"),
            Case(
                "Europe/Berlin", "30 2 * * *", after: "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            Case(
                "Europe/Berlin", "30 2 * * *", after: "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z"),
            Case(
                "America/New_York", "30 1 * * *", after: "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z",
                "2026-11-02T06:30:00Z"),
            Case(
                "Australia/Lord_Howe", "45 1 * * *", after: "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z",
                "2026-04-05T15:15:00Z"),
            // The overlap begins at midnight and is of the day before.
            Case(
                "America/Havana", "30 0 * * *", after: "2026-10-31T12:00:00Z", "2026-11-01T04:30:00Z",
                "2026-11-02T05:30:00Z"),
            Case(
                "Europe/Berlin", "0,30 * * * *", after: "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
                "2026-10-25T02:00:00Z"),
        ])
    func overlap(_ example: Case) throws { try check(example) }

    @Test(
        "follows a zone that changed its rules",
        arguments: [
            // Brazil gave daylight saving up in 2019.
            Case(
                "America/Sao_Paulo", "0 12 10 12 *", after: "2018-01-01T00:00:00Z", "2018-12-10T14:00:00Z",
                "2019-12-10T15:00:00Z"),
            // Turkey stayed in summer in 2016.
            Case(
                "Europe/Istanbul", "0 9 15 1 *", after: "2016-01-01T00:00:00Z", "2016-01-15T07:00:00Z",
                "2017-01-15T06:00:00Z"),
            // Morocco goes back for Ramadan.
            Case(
                "Africa/Casablanca", "0 9 * * *", after: "2024-03-09T00:00:00Z", "2024-03-09T08:00:00Z",
                "2024-03-10T09:00:00Z"),
            Case("Asia/Kathmandu", "@daily", after: "2026-01-01T00:00:00Z", "2026-01-01T18:15:00Z"),
        ])
    func rules(_ example: Case) throws { try check(example) }

    private func check(_ example: Case) throws {
        let schedule = try cron(example.line, example.zone)
        #expect(try dueTimes(schedule, after: example.after, count: example.due.count) == example.due)
    }

    @Test(
        "never repeats a time and never leaves a day out, in any zone, over three years",
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana",
            "Africa/Casablanca", "Pacific/Chatham", "UTC",
        ])
    func onceADay(_ zone: String) throws {
        for line in ["0 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"] {
            let schedule = try cron(line, zone)
            var instant = try time("2010-12-31T23:59:59Z")
            let end = try time("2013-12-31T23:59:59Z")
            var count = 0
            while let next = schedule.next(after: instant), next <= end {
                #expect(next > instant)
                #expect(next.timeIntervalSince(instant) <= 26 * 3600 || count == 0, "\(line) \(next)")
                instant = next
                count += 1
            }
            #expect((1095...1097).contains(count), "\(line): \(count)")
        }
    }

    @Test(
        "is refused where there is no such zone, or one that says nothing of daylight saving",
        arguments: [
            "Europe/Berln", "", "GMT+5", "EST", "CET+1", "Etc/GMT+5", "Mars/Olympus", "../etc/passwd", "europe",
        ])
    func unknownZone(_ name: String) {
        let fault = #expect(throws: ScheduleFault.self) { try ScheduleZone(named: name) }
        #expect(fault?.sentence.contains("no such time zone") == true)
        if name == "Europe/Berln" { #expect(fault?.remedy == "did you mean Europe/Berlin?") }
    }

    @Test("is taken by the names that people use", arguments: ["UTC", "Europe/Kyiv", "Asia/Calcutta", "US/Eastern"])
    func knownZone(_ name: String) throws {
        #expect(try ScheduleZone(named: name).name == name)
    }
}
