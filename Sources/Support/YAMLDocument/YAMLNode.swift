/// A value in a YAML file, which knows where it stands.
package struct YAMLNode: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the file's order; no key is there twice.
        case mapping([YAMLEntry])
    }

    package let place: YAMLPlace
    package let content: Content

    package init(place: YAMLPlace, content: Content) {
        self.place = place
        self.content = content
    }

    /// A mapping's value by its key; nil where there is none, or no mapping.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Whether nothing is written there: `~`, `null` or an empty place.
    package var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.resolved == .null } else { false }
    }
}

/// A key of a mapping and its value.
package struct YAMLEntry: Sendable, Hashable {
    package let key: String
    package let keyPlace: YAMLPlace
    package let value: YAMLNode
}

/// A scalar as it was written.
package struct YAMLScalar: Sendable, Hashable {
    /// What a scalar means by YAML's core schema, strictly: only `true` and `false` are booleans, so that `on`, `off`,
    /// `yes`, `no` and `True` stay text.
    package enum Resolved: Sendable, Hashable {
        case null
        case bool(Bool)
        case int(Int64)
        case float(Double)
        case text
    }

    /// Without quotes, escapes resolved.
    package let text: String
    /// Whether it stood in quotes or was a block scalar: then it is text, whatever it looks like.
    package let wasQuoted: Bool

    package init(text: String, wasQuoted: Bool) {
        self.text = text
        self.wasQuoted = wasQuoted
    }

    package var resolved: Resolved { wasQuoted ? .text : Self.resolve(text) }

    static func resolve(_ text: String) -> Resolved {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case ".inf", "+.inf": return .float(.infinity)
        case "-.inf": return .float(-.infinity)
        case ".nan": return .float(.nan)
        default: break
        }
        guard let first = text.utf8.first, (43...57).contains(first), text.utf8.count <= 64 else { return .text }
        if text.hasPrefix("0x") { return number(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return number(text.dropFirst(2), radix: 8) }
        let digits = text.utf8.dropFirst(first == 43 || first == 45 ? 1 : 0)
        if !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) {
            return Int64(text).map { .int($0) } ?? .float(Double(text) ?? .nan)
        }
        let allowed = digits.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
        guard allowed, digits.contains(where: { (48...57).contains($0) }), let value = Double(text) else {
            return .text
        }
        return .float(value)
    }

    private static func number(_ digits: Substring, radix: Int) -> Resolved {
        guard let first = digits.utf8.first, first != 43, first != 45 else { return .text }
        return Int64(digits, radix: radix).map { .int($0) } ?? .text
    }
}
