import Foundation
import HumanText
package import NestingModel

/// Points in time as people write them: local time and a zone's name, `2027-01-31T18:00 Europe/Berlin`, or a time with
/// its offset as RFC 3339 has it, `2027-01-31T18:00:00+01:00`, `2027-01-31T17:00Z`. Never a time without a zone.
package enum MomentText {
    package static let rule = "a time with its zone, as 2027-01-31T18:00 Europe/Berlin or 2027-01-31T18:00:00+01:00"

    /// - Returns: nil for what is no time, for a zone that does not exist, and for a local time that a zone skips. A
    ///   local time that a zone has twice is the earlier one.
    package static func parse(_ text: String) -> Moment? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = parts.first, let (clock, rest) = clock(first), parts.count <= 2 else { return nil }
        let zone: TimeZone?
        if parts.count == 2 {
            let name = String(parts[1])
            zone = rest.isEmpty && ZoneName.isFit(name) ? TimeZone(identifier: name) : nil
        } else {
            zone = offset(rest).flatMap { TimeZone(secondsFromGMT: $0) }
        }
        guard let zone else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let fields: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .second]
        // What does not exist (February 30, an hour that the zone skips) is moved by the calendar, and so told.
        guard let date = calendar.date(from: clock),
            calendar.dateComponents(fields, from: date).isSame(as: clock)
        else { return nil }
        return Moment(date, text)
    }

    /// `2027-01-31T18:00` or `2027-01-31T18:00:30`, and what follows it.
    private static func clock(_ text: Substring) -> (DateComponents, Substring)? {
        var rest = text
        func number(_ digits: Int, after separator: Character? = nil) -> Int? {
            if let separator {
                guard rest.first == separator else { return nil }
                rest = rest.dropFirst()
            }
            let taken = rest.prefix(digits)
            guard taken.count == digits, taken.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            rest = rest.dropFirst(digits)
            return Int(taken)
        }
        guard let year = number(4), let month = number(2, after: "-"), let day = number(2, after: "-"),
            let hour = number(2, after: "T"), let minute = number(2, after: ":"), (1970...9999).contains(year)
        else { return nil }
        var second = 0
        if rest.first == ":" {
            guard let found = number(2, after: ":") else { return nil }
            second = found
        }
        return (
            DateComponents(year: year, month: month, day: day, hour: hour, minute: minute, second: second), rest
        )
    }

    /// In seconds east of Greenwich: `Z`, `+01:00`.
    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" { return 0 }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, let sign = text.first, sign == "+" || sign == "-", bytes[3] == UInt8(ascii: ":"),
            let hours = Int(text.dropFirst().prefix(2)), let minutes = Int(text.suffix(2)), (0...14).contains(hours),
            (0...59).contains(minutes), bytes[1] != 43, bytes[1] != 45, bytes[4] != 43, bytes[4] != 45
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}

extension DateComponents {
    fileprivate func isSame(as other: DateComponents) -> Bool {
        (year, month, day) == (other.year, other.month, other.day)
            && (hour, minute, second) == (other.hour, other.minute, other.second)
    }
}
