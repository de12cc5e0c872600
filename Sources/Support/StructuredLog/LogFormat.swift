/// How a record becomes one line. Pure: the same record gives the same bytes.
package enum LogFormat: Sendable, Hashable {
    /// For people: time of day (UTC), level, label, message, `key=value`.
    case terminal(colour: Bool)
    /// One JSON object a line: `time` (RFC 3339), `level`, `label`, `message`, `fields`.
    case json
    /// For journald, which adds the time itself: `<priority>label: message key=value`.
    case journal

    /// Longest message or value that is written, in Unicode scalars; the rest becomes `…`. Values come from hosts too.
    static let longestValue = 2048

    /// One line, its newline included; no other control character is in it but the terminal's colours.
    package func line(_ record: LogRecord) -> String {
        switch self {
        case .terminal(let colour):
            let name = record.level.rawValue + String(repeating: " ", count: 8 - record.level.rawValue.count)
            let shown = colour ? "\u{1B}[\(record.level.colour)m\(name)\u{1B}[0m" : name
            return "\(Self.timestamp(record.time).dropFirst(11)) \(shown) \(Self.text(record))\n"
        case .journal:
            return "<\(record.level.priority)>\(Self.text(record))\n"
        case .json:
            let fields = record.fields.map { "\(Self.quoted($0.key)):\(Self.json($0.value))" }.joined(separator: ",")
            return "{\"time\":\"\(Self.timestamp(record.time))\",\"level\":\"\(record.level.rawValue)\","
                + "\"label\":\(Self.quoted(record.label)),\"message\":\(Self.quoted(record.message))"
                + (fields.isEmpty ? "" : ",\"fields\":{\(fields)}") + "}\n"
        }
    }

    private static func text(_ record: LogRecord) -> String {
        record.fields.reduce(into: "\(escaped(record.label)): \(escaped(record.message))") { line, field in
            let value = field.value.description
            let bare = !value.isEmpty && !value.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            line += " \(escaped(field.key))=" + (bare ? escaped(value) : "\"\(escaped(value, quotes: true))\"")
        }
    }

    private static func json(_ value: any Sendable & CustomStringConvertible) -> String {
        switch value {
        case let number as any BinaryInteger: String(number)
        case let number as Double where number.isFinite: String(number)
        case let flag as Bool: String(flag)
        default: quoted(value.description)
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + bounded(text) { escape($0, quotes: true, json: true) } + "\""
    }

    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        bounded(text) { escape($0, quotes: quotes, json: false) }
    }

    private static func bounded(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > longestValue { return result + "…" }
            if let escape = escape(scalar) { result += escape } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// The replacement of a scalar that must not reach a terminal, a log or a parser as it is; nil where it may.
    private static func escape(_ scalar: Unicode.Scalar, quotes: Bool, json: Bool) -> String? {
        switch scalar {
        case "\\": return "\\\\"
        case "\"": return quotes ? "\\\"" : nil
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            switch scalar.properties.generalCategory {
            // Control characters, and those that reorder or hide text (bidirectional overrides, zero width).
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                if json { return scalar.utf16.map { "\\u" + hexadecimal(UInt32($0)) }.joined() }
                return "\\u{\(String(scalar.value, radix: 16))}"
            default: return nil
            }
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// RFC 3339 with milliseconds, UTC. Days to date after Howard Hinnant's `civil_from_days`.
    static func timestamp(_ nanoseconds: Int64) -> String {
        let millis = nanoseconds / 1_000_000
        let days = millis / 86_400_000
        let rest = millis % 86_400_000
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ value: Int64, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month))-\(padded(dayOfYear - (153 * marchMonth + 2) / 5 + 1))"
            + "T\(padded(rest / 3_600_000)):\(padded(rest / 60_000 % 60)):\(padded(rest / 1000 % 60))"
            + ".\(padded(rest % 1000, 3))Z"
    }
}
