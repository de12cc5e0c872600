import Testing

@testable import FleetScheduler

@Suite("A cron line")
struct CronExpressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var after: String
        var due: [String]
        var testDescription: String { line }

        init(_ line: String, after: String = "2026-01-01T00:00:00Z", _ due: String...) {
            (self.line, self.after, self.due) = (line, after, due)
        }
    }

    @Test(
        "is due when its five fields, its lists, ranges, steps, names and words say so",
        arguments: [
            Case("*/15 * * * *", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z", "2026-01-01T00:45:00Z"),
            Case("5,35 8-9 * * *", "2026-01-01T08:05:00Z", "2026-01-01T08:35:00Z", "2026-01-01T09:05:00Z"),
            Case("0 7 * * mon-fri", "2026-01-01T07:00:00Z", "2026-01-02T07:00:00Z", "2026-01-05T07:00:00Z"),
            Case("0 7 * * fri-sun", "2026-01-02T07:00:00Z", "2026-01-03T07:00:00Z", "2026-01-04T07:00:00Z"),
            Case("0 0 * * 7", "2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"),
            Case("0 12 1 JAN,jul *", "2026-01-01T12:00:00Z", "2026-07-01T12:00:00Z", "2027-01-01T12:00:00Z"),
            Case("10-30/10 6 * * *", "2026-01-01T06:10:00Z", "2026-01-01T06:20:00Z", "2026-01-01T06:30:00Z"),
            Case("50/5 6 * * *", "2026-01-01T06:50:00Z", "2026-01-01T06:55:00Z", "2026-01-02T06:50:00Z"),
            // A day of the month or a weekday, as crontab(5) has it; one that begins with * only narrows the other.
            Case("0 0 13 * fri", "2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"),
            Case("0 0 */2 * mon", "2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z"),
            // Leap days: 2100 is no leap year, and a Sunday among them comes once in 28 years, or after 40.
            Case("0 0 29 2 *", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"),
            Case("0 0 29 feb *", after: "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            Case("0 0 29 2 */7", after: "2088-03-01T00:00:00Z", "2128-02-29T00:00:00Z"),
            Case("@hourly", "2026-01-01T01:00:00Z"), Case("@daily", "2026-01-02T00:00:00Z"),
            Case("@midnight", "2026-01-02T00:00:00Z"), Case("@weekly", "2026-01-04T00:00:00Z"),
            Case("@monthly", "2026-02-01T00:00:00Z"), Case("@yearly", "2027-01-01T00:00:00Z"),
            Case("@annually", "2027-01-01T00:00:00Z"),
        ])
    func due(_ example: Case) throws {
        let schedule = try cron(example.line, "UTC")
        #expect(try dueTimes(schedule, after: example.after, count: example.due.count) == example.due)
    }

    @Test(
        "that is none, or that never fires, is refused with what was found and what may stand there",
        arguments: [
            ("", "has 0 fields"), ("* * * *", "has 4 fields"), ("* * * * * *", "has 6 fields"),
            ("60 * * * *", "minute \"60\""), ("* 24 * * *", "hour \"24\""), ("* * 0 * *", "day of the month \"0\""),
            ("* * * 13 *", "month \"13\""), ("* * * * 8", "weekday \"8\""), ("* * * * mo", "weekday \"mo\""),
            ("+5 * * * *", "minute \"+5\""), ("-5 * * * *", "minute \"\""), ("1, * * * *", "minute \"\""),
            ("30-10 * * * *", "end before they begin"), ("*/0 * * * *", "step \"0\""), ("*/x * * * *", "step \"x\""),
            ("99999999999999999999 * * * *", "minute"), ("@reboot", "@reboot"),
            ("0 0 30 2 *", "no date ever meets"), ("0 0 31 feb,apr,jun *", "no date ever meets"),
        ])
    func refused(_ line: String, _ words: String) {
        let fault = #expect(throws: ScheduleFault.self) { try CronExpression(line) }
        #expect(fault?.sentence.contains(words) == true, "\(String(describing: fault))")
        #expect(fault?.remedy.isEmpty == false)
    }
}
