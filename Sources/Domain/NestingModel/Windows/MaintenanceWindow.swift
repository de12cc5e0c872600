/// A time in which guests may be corrected, or in which none may (a blackout).
package struct MaintenanceWindow: Codable, Sendable, Hashable {
    /// Unique in the fleet.
    package var name: String
    package var selector: PolicySelector
    /// True: nothing starts in it, nor runs into it.
    package var blackout: Bool
    /// A name of the time-zone database, such as `Europe/Berlin`.
    package var zone: String
    package var recurrence: Recurrence
    /// Local time of its start, in minutes after midnight.
    package var startMinute: Int
    /// As a clock in the hand runs, whatever the zone's clocks do meanwhile.
    package var durationSeconds: Int
    /// Where it was written, `windows.yaml:12`.
    package var place: String

    package init(
        name: String, selector: PolicySelector, blackout: Bool = false, zone: String, recurrence: Recurrence,
        startMinute: Int, durationSeconds: Int, place: String = ""
    ) {
        self.name = name
        self.selector = selector
        self.blackout = blackout
        self.zone = zone
        self.recurrence = recurrence
        self.startMinute = startMinute
        self.durationSeconds = durationSeconds
        self.place = place
    }

    /// On which local days it starts.
    package enum Recurrence: Codable, Sendable, Hashable {
        case weekly([Weekday])
        case dates([CalendarDay])
    }
}

package enum Weekday: String, Codable, Sendable, Hashable, CaseIterable {
    case mon, tue, wed, thu, fri, sat, sun
}

/// A day of the Gregorian calendar, `2028-02-29`.
package struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// - Returns: nil for what is no day, such as 2027-02-29.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2]), (1970...9999).contains(year),
            (1...12).contains(month), day >= 1
        else { return nil }
        self.init(year: year, month: month, day: day)
        // What the calendar does not have is another day when it is counted.
        guard CalendarDay(number: number) == self else { return nil }
    }

    private init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Precondition of its callers: a month from 1 to 12.
    package init(firstOf month: Int, year: Int) {
        self.init(year: year, month: month, day: 1)
    }

    /// - Parameter number: days since 1970-01-01.
    package init(number: Int) {
        // Years that begin in March have their leap day last: 400 of them are 146,097 days.
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Days since 1970-01-01.
    package var number: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[((number + 3) % 7 + 7) % 7]
    }

    package var description: String {
        func padded(_ value: Int, _ width: Int) -> String {
            String(repeating: "0", count: max(width - String(value).count, 0)) + String(value)
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }
}

extension CalendarDay: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let day = CalendarDay(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a day of the calendar: '\(text)'"))
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// All windows and blackouts as one revision.
package struct WindowSet: Codable, Sendable, Hashable {
    package var revision: Int
    package var windows: [MaintenanceWindow]

    package init(revision: Int = 0, windows: [MaintenanceWindow] = []) {
        self.revision = revision
        self.windows = windows
    }
}
