import HumanText

extension YAMLValue {
    /// The tree as a YAML document in block style, which `YAMLDocument` reads back as the same tree.
    package var yaml: String {
        var emitter = YAMLEmitter()
        emitter.block(self, indent: 0)
        return emitter.text
    }
}

/// Writes a tree. Text stands bare only where no reader of any YAML version could take it for something else.
struct YAMLEmitter {
    private(set) var text = ""

    /// Writes `value` from the place where the line stands, its further lines behind `indent` spaces.
    mutating func block(_ value: YAMLValue, indent: Int) {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .sequence(let items) where !items.isEmpty:
            for (index, item) in items.enumerated() {
                text += (index == 0 ? "" : margin) + "- "
                block(item, indent: indent + 2)
            }
        case .mapping(let pairs) where !pairs.isEmpty:
            for (index, pair) in pairs.enumerated() {
                text += index == 0 ? "" : margin
                let key = Self.scalar(pair.key)
                // A key before a colon is limited to 1024 characters; the explicit form is not.
                text += key.unicodeScalars.count <= 1000 ? "\(key):" : "? \(key)\n\(margin):"
                if pair.value.isBlock {
                    text += "\n\(margin)  "
                    block(pair.value, indent: indent + 2)
                } else {
                    text += " "
                    block(pair.value, indent: 0)
                }
            }
        default: text += Self.inline(value) + "\n"
        }
    }

    private static func inline(_ value: YAMLValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): "\(value)"
        case .float(let value) where value.isNaN: ".nan"
        case .float(let value) where value.isInfinite: value < 0 ? "-.inf" : ".inf"
        case .float(let value): "\(value)"
        case .text(let text): scalar(text)
        case .sequence: "[]"
        case .mapping: "{}"
        }
    }

    static func scalar(_ text: String) -> String {
        isBare(text) ? text : "\"" + text.unicodeScalars.map(escape).joined() + "\""
    }

    /// Words that YAML 1.1 takes for booleans or nothing.
    private static let reserved: Set = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

    private static func isBare(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 200 else { return false }
        let isPlain = text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || isInner($0) }
        return isPlain && (isLetter(first) || first == UInt8(ascii: "/")) && last != UInt8(ascii: " ")
            && !(text.utf8.count <= 5 && reserved.contains(text.lowercased()))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// What may stand inside bare text beside letters and digits.
    private static func isInner(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case " ", "-", ".", "_", "/", "+", "@": true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        default: break
        }
        if ShownText.isSafe(scalar) { return String(scalar) }
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) = scalar.value > 0xFFFF ? ("U", 8) : ("u", 4)
        return "\\\(letter)" + String(repeating: "0", count: width - hex.count) + hex
    }
}

extension YAMLValue {
    /// Whether it takes lines of its own.
    fileprivate var isBlock: Bool {
        switch self {
        case .sequence(let items): !items.isEmpty
        case .mapping(let pairs): !pairs.isEmpty
        default: false
        }
    }
}
