import NestingModel

/// The rule for all years after a zone's last listed change, as POSIX writes it in TZ: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneFooter: Sendable, Hashable {
    private var standard: Int
    private var summer: Summer?

    private struct Summer: Hashable {
        var offset: Int
        var start: Change
        var end: Change
    }

    /// A moment of the year, in local time.
    private struct Change: Hashable {
        enum Day: Hashable {
            /// 1 to 365, never counting 29 February.
            case plain(Int)
            /// 0 to 365.
            case counted(Int)
            /// The week of that month (5 is its last) that has this weekday, Sunday being 0.
            case week(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        var seconds: Int
    }

    /// - Returns: nil for what is no such rule.
    init?(_ text: String) {
        var scanner = Scanner(text: Substring(text))
        guard scanner.name(), let standard = scanner.time(isSigned: true) else { return nil }
        self.standard = -standard
        guard !scanner.text.isEmpty else { return }
        guard scanner.name() else { return nil }
        var offset = self.standard + 3_600
        if scanner.text.first != "," {
            guard let written = scanner.time(isSigned: true) else { return nil }
            offset = -written
        }
        guard scanner.take(","), let start = scanner.change(), scanner.take(","), let end = scanner.change(),
            scanner.text.isEmpty
        else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    func offset(at instant: Int64) -> Int {
        guard let summer else { return standard }
        let year = CalendarDay(number: Int((instant + Int64(standard)) / 86_400)).year
        let start = moment(summer.start, year) - Int64(standard)
        let end = moment(summer.end, year) - Int64(summer.offset)
        // South of the equator it begins in one year and ends in the next.
        let isSummer = start < end ? instant >= start && instant < end : instant >= start || instant < end
        return isSummer ? summer.offset : standard
    }

    /// In local seconds since 1970.
    private func moment(_ change: Change, _ year: Int) -> Int64 {
        Int64(day(change.day, year)) * 86_400 + Int64(change.seconds)
    }

    private func day(_ day: Change.Day, _ year: Int) -> Int {
        let first = Self.first(of: 1, year)
        switch day {
        case .counted(let count): return first + count
        case .plain(let count):
            let isLeap = Self.first(of: 3, year) - first == 60
            return first + count - 1 + (isLeap && count >= 60 ? 1 : 0)
        case .week(let month, let week, let weekday):
            let start = Self.first(of: month, year)
            let next = month == 12 ? Self.first(of: 1, year + 1) : Self.first(of: month + 1, year)
            // 1970-01-01 was a Thursday, which is 4 here.
            let found = start + ((weekday - (start + 4) % 7) + 7) % 7 + (week - 1) * 7
            return found >= next ? found - 7 : found
        }
    }

    private static func first(of month: Int, _ year: Int) -> Int { CalendarDay(firstOf: month, year: year).number }

    private struct Scanner {
        var text: Substring

        mutating func take(_ character: Character) -> Bool {
            guard text.first == character else { return false }
            text.removeFirst()
            return true
        }

        mutating func name() -> Bool {
            if take("<") {
                guard let end = text.firstIndex(of: ">") else { return false }
                text = text[text.index(after: end)...]
                return true
            }
            let letters = text.prefix { $0.isLetter }
            text = text.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number() -> Int? {
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            text = text.dropFirst(digits.count)
            return Int(digits)
        }

        /// `hh[:mm[:ss]]`, in seconds.
        mutating func time(isSigned: Bool) -> Int? {
            let isNegative = isSigned && take("-")
            if isSigned && !isNegative { _ = take("+") }
            guard let hours = number() else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where take(":") {
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Change.Day
            if take("M") {
                guard let month = number(), (1...12).contains(month), take("."), let week = number(),
                    (1...5).contains(week), take("."), let weekday = number(), (0...6).contains(weekday)
                else { return nil }
                day = .week(month: month, week: week, weekday: weekday)
            } else if take("J") {
                guard let count = number() else { return nil }
                day = .plain(count)
            } else {
                guard let count = number() else { return nil }
                day = .counted(count)
            }
            guard take("/") else { return Change(day: day, seconds: 7_200) }
            return time(isSigned: true).map { Change(day: day, seconds: $0) }
        }
    }
}
