import FoundationEssentials
import NestingModel
import Testing

@testable import FleetScheduler

@Suite("Maintenance windows")
struct WindowCalendarTests {
    private func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    private func window(
        _ zone: String, _ recurrence: MaintenanceWindow.Recurrence, at minute: Int, hours: Double,
        blackout: Bool = false
    ) -> MaintenanceWindow {
        MaintenanceWindow(
            name: "w", selector: PolicySelector(all: true), blackout: blackout, zone: zone, recurrence: recurrence,
            startMinute: minute, durationSeconds: Int(hours * 3_600))
    }

    private func calendar(_ windows: [MaintenanceWindow]) -> WindowCalendar {
        WindowCalendar(windows)
    }

    private func opening(
        _ windows: [MaintenanceWindow], blackouts: [MaintenanceWindow] = [], minutes: Int = 30, from text: String
    ) throws -> WindowCalendar.Opening {
        calendar(windows + blackouts).opening(
            in: [windows], clearOf: blackouts, for: minutes * 60, from: try date(text))
    }

    struct Row: Sendable {
        var zone: String
        var days: MaintenanceWindow.Recurrence
        var minute: Int
        var hours: Double
        var from: String
        var start: String
        var end: String

        init(
            _ zone: String, _ day: String, _ minute: Int, _ hours: Double, from: String, _ start: String, _ end: String
        ) {
            (self.zone, self.minute, self.hours, self.from, self.start, self.end) = (
                zone, minute, hours, from, start, end
            )
            days =
                Weekday(rawValue: day).map { .weekly([$0]) } ?? .dates(CalendarDay(day).map { [$0] } ?? [])
        }
    }

    @Test(
        "are open when their zone's clocks say so, across its changes",
        arguments: [
            // Berlin, 28 March 2027, 02:00 → 03:00; 31 October, 03:00 → 02:00. Four hours are four hours.
            Row(
                "Europe/Berlin", "sat", 1_320, 6, from: "2027-03-27T12:00:00Z", "2027-03-27T21:00:00Z",
                "2027-03-28T03:00:00Z"),
            Row(
                "Europe/Berlin", "sun", 150, 1, from: "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z",
                "2027-03-28T02:00:00Z"),
            Row(
                "Europe/Berlin", "sun", 150, 1, from: "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z",
                "2027-10-31T01:30:00Z"),
            Row(
                "Europe/Berlin", "sat", 1_320, 6, from: "2027-10-30T12:00:00Z", "2027-10-30T20:00:00Z",
                "2027-10-31T02:00:00Z"),
            // New York, 14 March 2027, 02:00 → 03:00; 7 November, 02:00 → 01:00.
            Row(
                "America/New_York", "sun", 150, 1, from: "2027-03-13T12:00:00Z", "2027-03-14T07:00:00Z",
                "2027-03-14T08:00:00Z"),
            Row(
                "America/New_York", "sun", 90, 1, from: "2027-11-06T12:00:00Z", "2027-11-07T05:30:00Z",
                "2027-11-07T06:30:00Z"),
            // Sydney, 4 April 2027, 03:00 → 02:00; 3 October, 02:00 → 03:00.
            Row(
                "Australia/Sydney", "sun", 150, 1, from: "2027-04-03T00:00:00Z", "2027-04-03T15:30:00Z",
                "2027-04-03T16:30:00Z"),
            Row(
                "Australia/Sydney", "sun", 150, 1, from: "2027-10-02T00:00:00Z", "2027-10-02T16:00:00Z",
                "2027-10-02T17:00:00Z"),
            // Lord Howe moves by half an hour: 3 October 2027, 02:00 → 02:30.
            Row(
                "Australia/Lord_Howe", "sun", 135, 1, from: "2027-10-02T00:00:00Z", "2027-10-02T15:30:00Z",
                "2027-10-02T16:30:00Z"),
            // Kathmandu never changes; Samoa lost 30 December 2011.
            Row(
                "Asia/Kathmandu", "sun", 0, 2, from: "2027-06-01T00:00:00Z", "2027-06-05T18:15:00Z",
                "2027-06-05T20:15:00Z"),
            Row(
                "Pacific/Apia", "2011-12-30", 720, 1, from: "2011-12-29T00:00:00Z", "2011-12-30T10:00:00Z",
                "2011-12-30T11:00:00Z"),
            // A leap day, and midnight crossed into it.
            Row(
                "Europe/Berlin", "2028-02-29", 600, 1, from: "2028-02-01T00:00:00Z", "2028-02-29T09:00:00Z",
                "2028-02-29T10:00:00Z"),
            Row(
                "UTC", "2028-02-28", 1_380, 26, from: "2028-02-01T00:00:00Z", "2028-02-28T23:00:00Z",
                "2028-03-01T01:00:00Z"),
        ])
    func times(_ row: Row) throws {
        let window = window(row.zone, row.days, at: row.minute, hours: row.hours)
        let next = try #require(calendar([window]).next(of: window, from: try date(row.from)))
        #expect(next.start == (try date(row.start)), "\(row) \(next.start.formatted(.iso8601))")
        #expect(next.end == (try date(row.end)), "\(row) \(next.end.formatted(.iso8601))")
    }

    @Test("one that began yesterday is open after midnight, and its end is no part of it")
    func midnight() throws {
        let night = window("UTC", .weekly([.mon]), at: 22 * 60, hours: 4)
        let calendar = calendar([night])
        #expect(calendar.isOpen(night, at: try date("2027-03-02T01:59:59Z")))
        #expect(!calendar.isOpen(night, at: try date("2027-03-02T02:00:00Z")))
        #expect(!calendar.isOpen(night, at: try date("2027-03-01T21:59:59Z")))
        #expect(calendar.isOpen(night, at: try date("2027-03-01T22:00:00Z")))
    }

    @Test("let start what can end inside, and nothing else")
    func fits() throws {
        let night = window("UTC", .weekly([.mon]), at: 22 * 60, hours: 4)
        #expect(try opening([night], from: "2027-03-02T01:30:00Z") == .now)
        #expect(try opening([night], from: "2027-03-02T01:30:01Z") == .at(try date("2027-03-08T22:00:00Z")))
        guard case .never(let sentence) = try opening([night], minutes: 241, from: "2027-03-02T00:00:00Z") else {
            Issue.record("five hours do not fit into four")
            return
        }
        #expect(sentence.contains("'w'"))
    }

    @Test("several that touch are one time; of several groups all have to be open")
    func together() throws {
        let early = window("UTC", .weekly([.mon]), at: 20 * 60, hours: 2)
        let late = window("UTC", .weekly([.mon]), at: 22 * 60, hours: 2)
        #expect(try opening([early, late], minutes: 239, from: "2027-03-01T20:00:30Z") == .now)
        let both = calendar([early, late]).opening(
            in: [[early], [late]], clearOf: [], for: 60, from: try date("2027-03-01T00:00:00Z"))
        guard case .never = both else {
            Issue.record("they never overlap")
            return
        }
        #expect(
            calendar([]).opening(in: [[], []], clearOf: [], for: 60, from: try date("2027-03-01T00:00:00Z")) == .now)
    }

    @Test("a blackout is kept clear, also by what would run into it")
    func blackouts() throws {
        let night = window("UTC", .weekly(Weekday.allCases), at: 22 * 60, hours: 4)
        let day = try #require(CalendarDay("2027-03-02"))
        let dark = window("UTC", .dates([day]), at: 0, hours: 24, blackout: true)
        #expect(try opening([night], blackouts: [dark], from: "2027-03-01T23:30:00Z") == .now)
        #expect(
            try opening([night], blackouts: [dark], from: "2027-03-01T23:45:00Z")
                == .at(try date("2027-03-03T00:00:00Z")))
        #expect(
            try opening([], blackouts: [dark], from: "2027-03-02T12:00:00Z") == .at(try date("2027-03-03T00:00:00Z")))
    }

    @Test("are found as they are, however far away they begin", arguments: 1...40)
    func farAway(quarters: Int) throws {
        // Around the end of the first look, which cuts off what lies across it.
        let start = try date("2027-03-08T21:00:00Z").addingTimeInterval(Double(quarters * 900))
        let minutes = Int(start.timeIntervalSince1970) / 60
        let far = window("UTC", .dates([CalendarDay(number: minutes / 1_440)]), at: minutes % 1_440, hours: 2)
        #expect(try opening([far], minutes: 119, from: "2027-03-01T00:00:00Z") == .at(start))
        let next = start.addingTimeInterval(7_200)
        let dark = window(
            "UTC", .dates([CalendarDay(number: minutes / 1_440)]), at: minutes % 1_440, hours: 2, blackout: true)
        let always = window("UTC", .dates([CalendarDay(number: minutes / 1_440)]), at: minutes % 1_440, hours: 24)
        #expect(try opening([always], blackouts: [dark], minutes: 1_000, from: "2027-03-01T00:00:00Z") == .at(next))
    }

    @Test("whose zone is gone are never open, and such a blackout always lasts")
    func zoneGone() throws {
        let lost = window("Europe/Nowhere", .weekly(Weekday.allCases), at: 0, hours: 24)
        guard case .never = try opening([lost], from: "2027-03-02T12:00:00Z") else {
            Issue.record("it must not be open")
            return
        }
        let dark = window("Europe/Nowhere", .weekly([.mon]), at: 0, hours: 1, blackout: true)
        guard case .never = try opening([], blackouts: [dark], from: "2027-03-02T12:00:00Z") else {
            Issue.record("it must last")
            return
        }
    }

    @Test(
        "days are days of the calendar", arguments: ["2027-02-29", "2027-04-31", "2027-00-10", "27-01-01", "2027-1-1"])
    func noDays(_ text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test("days are counted, and know their weekday")
    func days() throws {
        for number in stride(from: 0, to: 200_000, by: 37) {
            let day = CalendarDay(number: number)
            #expect(CalendarDay(day.description)?.number == number)
        }
        #expect(CalendarDay("2028-02-29")?.weekday == .tue)
        #expect(CalendarDay("1970-01-01")?.weekday == .thu)
    }
}
