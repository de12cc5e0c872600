/// Text from outside, made fit for a terminal, a log or a page.
package enum ShownText {
    /// `text` in one line with everything escaped that could act on a terminal or deceive a reader (control and
    /// format characters, line and paragraph separators, directions of writing), cut after `limit` characters
    /// (Unicode scalars) with `…`.
    package static func escaped(_ text: String, limit: Int = 80) -> String {
        if text.utf8.count <= limit, isPlain(text) { return text }
        var shown = ""
        var left = limit
        for scalar in text.unicodeScalars {
            guard left > 0 else { return shown + "…" }
            left -= 1
            shown += isSafe(scalar) ? String(scalar) : escape(scalar)
        }
        return shown
    }

    /// `escaped`, between double quotes.
    package static func quoted(_ text: String, limit: Int = 80) -> String {
        "\"" + escaped(text, limit: limit) + "\""
    }

    /// "a", "a or b", "a, b or c".
    package static func alternatives(_ words: [String], last: String = "or") -> String {
        guard words.count > 1, let final = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(last) " + final
    }

    /// Whether every character of `text` may go out as it is.
    package static func isSafe(_ text: String) -> Bool {
        isPlain(text) || text.unicodeScalars.allSatisfy { isSafe($0) }
    }

    /// Whether nothing is in `text` that a reader sees.
    package static func isBlank(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        // The usual case without asking for the properties of each character.
        return !(0x21...0x7E).contains(first) && text.allSatisfy(\.isWhitespace)
    }

    /// Whether a character may go out as it is.
    package static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
}
