import Foundation
import HumanText
package import NestingModel
import YAMLDocument

/// Points in time as people write them: local time and a zone's name, `2027-01-31T18:00 Europe/Berlin`, or a time with
/// its offset as RFC 3339 has it, `2027-01-31T18:00:00+01:00`, `2027-01-31T17:00Z`. Never a time without a zone.
package enum MomentText {
    package static let rule = "a time with its zone, as 2027-01-31T18:00 Europe/Berlin or 2027-01-31T18:00:00+01:00"

    /// - Returns: nil for what `read` refuses.
    package static func parse(_ text: String) -> Moment? { try? read(text) }

    /// A local time that a zone has twice is the earlier one.
    /// - Throws: why it is none: the end of a sentence that begins with the text.
    package static func read(_ text: String) throws(MomentFault) -> Moment {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = parts.first, let (clock, rest) = clock(first), parts.count <= 2 else {
            throw MomentFault(reason: "is no time with a date, a \"T\" and hours and minutes")
        }
        let zone = try zone(rest, parts.count == 2 ? String(parts[1]) : nil)
        // What does not exist (February 30, an hour that the zone skips) is moved by the calendar, and so told.
        guard moved(clock, .gmt) != nil else { throw MomentFault(reason: "is a day or time that no calendar has") }
        guard let date = moved(clock, zone) else {
            throw MomentFault(reason: "is a time that \(zone.identifier) skips, since its clocks go forward then")
        }
        return Moment(date, text)
    }

    /// The point in time; nil where the zone's calendar has no such one.
    private static func moved(_ clock: DateComponents, _ zone: TimeZone) -> Date? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let fields: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .second]
        guard let date = calendar.date(from: clock), calendar.dateComponents(fields, from: date).isSame(as: clock)
        else { return nil }
        return date
    }

    /// - Parameters:
    ///   - offset: what follows the time; empty where nothing does.
    ///   - name: what stands behind it.
    private static func zone(_ offset: Substring, _ name: String?) throws(MomentFault) -> TimeZone {
        guard let name else {
            guard !offset.isEmpty else { throw MomentFault(reason: "has no zone") }
            guard let zone = Self.offset(offset).flatMap({ TimeZone(secondsFromGMT: $0) }) else {
                throw MomentFault(reason: "has the offset \(ShownText.quoted(String(offset))), which is none")
            }
            return zone
        }
        guard offset.isEmpty else { throw MomentFault(reason: "has an offset and a zone's name") }
        let shown = ShownText.quoted(name)
        guard ZoneName.isFit(name) else {
            throw MomentFault(
                reason: Self.offset(Substring(name)) == nil
                    ? "has the zone \(shown), which is no place of the time zone database, as Europe/Berlin, and not UTC"
                    : "has its offset behind a space")
        }
        guard let zone = TimeZone(identifier: name) else {
            let near = NearestName.hint(name, among: TimeZone.knownTimeZoneIdentifiers).map { ": \($0)" } ?? ""
            throw MomentFault(reason: "has the zone \(shown), which does not exist\(near)")
        }
        return zone
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

/// Why a text is no point in time.
package struct MomentFault: Error, Sendable, Hashable {
    /// The end of a sentence that begins with the text: `has no zone`.
    package var reason: String
}

extension YAMLMapping {
    /// A point in time; where it is none, the fault says why.
    func moment(_ key: String) -> Moment? {
        var reason = ""
        let moment = value(key, expected: MomentText.rule, because: reason) { scalar -> Moment? in
            do throws(MomentFault) {
                return try MomentText.read(scalar.text)
            } catch {
                reason = error.reason
                return nil
            }
        }
        return moment
    }
}
