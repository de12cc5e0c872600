import HumanText
import NestingModel

/// A line of five fields (minute, hour, day of the month, month, weekday) as crontab(5) has it, or one of its words
/// such as `@daily`: the times of day and the days on which something is due. In which zone is the schedule's business.
///
/// As in crontab(5), a line that names both a day of the month and a weekday means either of them; a field that begins
/// with `*` names nothing. A line that no date of the calendar meets is refused.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    package let text: String
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField
    /// In minutes of the day, rising.
    let times: [Int]

    package init(_ text: String) throws(ScheduleFault) {
        self.text = text
        var line = text
        if text.hasPrefix("@") {
            guard let meaning = Self.words.first(where: { $0.word == text })?.line else {
                throw ScheduleFault(
                    "is \(ShownText.quoted(text))",
                    remedy: "choose \(ShownText.alternatives(Self.words.map(\.word))), or write five fields")
            }
            line = meaning
        }
        let fields = line.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw ScheduleFault(
                "has \(fields.count) field\(fields.count == 1 ? "" : "s"): \(ShownText.quoted(text))",
                remedy: "write five: minute, hour, day of the month, month, weekday, as \"30 6 * * mon-fri\"")
        }
        let minutes = try CronField(text: fields[0], .minute)
        let hours = try CronField(text: fields[1], .hour)
        days = try CronField(text: fields[2], .day)
        months = try CronField(text: fields[3], .month)
        weekdays = try CronField(text: fields[4], .weekday)
        times = hours.values.flatMap { hour in minutes.values.map { hour * 60 + $0 } }
        guard (0..<Self.cycle).contains(where: { isDue(on: $0) }) else {
            throw ScheduleFault(
                "is \(ShownText.quoted(text)), which no date ever meets",
                remedy: "look at the day of the month and the month: there is no 30 February and no 31 June")
        }
    }

    /// The days after which dates and weekdays repeat: 400 years.
    private static let cycle = 146_097

    /// - Parameter number: days since 1970-01-01, which was a Thursday.
    func isDue(on number: Int) -> Bool {
        let date = CalendarDay(number: number)
        guard months.contains(date.month) else { return false }
        let (fitsDay, fitsWeekday) = (days.contains(date.day), weekdays.contains((number % 7 + 11) % 7))
        return days.isWild || weekdays.isWild ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
    }

    package var description: String { text }

    private static let words: [(word: String, line: String)] = [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
    ]
}
