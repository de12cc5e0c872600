import HumanText

/// The values that one field of a cron line lets through.
struct CronField: Sendable, Hashable {
    /// Bit n stands for the value n.
    private let bits: UInt64
    /// Whether it begins with `*`. Of the two fields for days such a one only narrows the other (crontab(5)).
    let isWild: Bool

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// Rising.
    var values: [Int] { (0..<64).filter(contains) }

    /// Of the two fields for days: each day once.
    init(text: Substring, _ kind: Kind) throws(ScheduleFault) {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try Self.bits(of: part, kind)
        }
        // 7 is another name of Sunday.
        if kind == .weekday, bits & 0b1000_0000 != 0 { bits = bits & 0b0111_1111 | 1 }
        self.bits = bits
        isWild = text.hasPrefix("*")
    }

    /// One part of a list: `5`, `mon`, `1-5`, `*`, each with `/step` or without.
    private static func bits(of part: Substring, _ kind: Kind) throws(ScheduleFault) -> UInt64 {
        let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let ends = pieces[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if pieces.count == 2 {
            guard let number = number(pieces[1]), number > 0, number <= kind.range.upperBound else {
                throw fault("has the step \(ShownText.quoted(String(pieces[1])))", kind)
            }
            step = number
        }
        let first: Int
        let last: Int
        if pieces[0] == "*" {
            (first, last) = (kind.range.lowerBound, kind == .weekday ? 6 : kind.range.upperBound)
        } else {
            first = try value(ends[0], kind)
            // A start with a step runs to the end; without one it stands for itself.
            let end = ends.count == 2 ? try value(ends[1], kind) : pieces.count == 2 ? kind.range.upperBound : first
            // As an end Sunday is 7: `fri-sun`.
            last = kind == .weekday && end == 0 && first > 0 ? 7 : end
        }
        guard first <= last else {
            throw ScheduleFault(
                "has the \(kind.name)s \(ShownText.quoted(String(pieces[0]))), which end before they begin",
                remedy: "write the smaller one first, or two parts with a comma between")
        }
        return stride(from: first, through: last, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private static func value(_ text: Substring, _ kind: Kind) throws(ScheduleFault) -> Int {
        if let index = kind.names.firstIndex(of: text.lowercased()) { return index + kind.firstName }
        guard let number = number(text), kind.range.contains(number) else {
            throw fault("has the \(kind.name) \(ShownText.quoted(String(text)))", kind)
        }
        return number
    }

    /// Digits only: `Int` would take a sign.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func fault(_ sentence: String, _ kind: Kind) -> ScheduleFault {
        let names = kind.names.isEmpty ? "" : ", or \(kind.names.joined(separator: ", "))"
        return ScheduleFault(
            sentence,
            remedy: "a \(kind.name) is from \(kind.range.lowerBound) to \(kind.range.upperBound)\(names); "
                + "lists, ranges and steps as 1,5 or 1-5 or */2")
    }

    enum Kind: CaseIterable {
        case minute, hour, day, month, weekday

        var name: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day of the month"
            case .month: "month"
            case .weekday: "weekday"
            }
        }

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...7
            }
        }

        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }

        /// The value of the first name.
        var firstName: Int { self == .month ? 1 : 0 }
    }
}
