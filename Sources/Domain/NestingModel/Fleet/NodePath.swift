/// A place in the nesting tree: `rack7`, `rack7/build-l1`, `rack7/build-l1/inner`.
package struct NodePath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// At least one name, outermost first; none is empty or holds a control character. A `/` inside a guest's name is
    /// written `%2F`.
    package let names: [String]

    /// - Returns: nil where a name is empty, longer than 255 bytes, or holds a control character.
    package init?(_ text: String) {
        self.init(names: text.split(separator: "/", omittingEmptySubsequences: false).map(String.init))
    }

    package init?(names: [String]) {
        guard !names.isEmpty, names.allSatisfy(Self.isName) else { return nil }
        self.names = names
    }

    /// - Precondition of its callers: every name holds what `isName` asks.
    private init(checked names: [String]) {
        self.names = names
    }

    private static func isName(_ name: String) -> Bool {
        if let isPlain = name.utf8.withContiguousStorageIfAvailable(isPlainASCII), isPlain { return true }
        return isCheckedName(name)
    }

    /// Nearly all names are, which is quickly told.
    private static func isPlainASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.count <= longestName
            && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }

    private static func isCheckedName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestName && name.unicodeScalars.allSatisfy(isPlain)
    }

    /// In bytes.
    private static let longestName = 255

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return scalar.properties.generalCategory != .control }
        return scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/"
    }

    /// The place of a guest of this host, whatever its name holds: never this host's own place.
    package func guest(named name: String) -> NodePath {
        if Self.isName(name) { return NodePath(checked: names + [name]) }
        var safe = ""
        for scalar in name.unicodeScalars {
            let written = scalar == "/" ? "%2F" : Self.isPlain(scalar) ? String(Character(scalar)) : "?"
            guard safe.utf8.count + written.utf8.count <= Self.longestName else { break }
            safe += written
        }
        return NodePath(checked: names + [safe.isEmpty ? "?" : safe])
    }

    /// 0 for a physical host.
    package var level: Int { names.count - 1 }
    package var name: String { names[names.count - 1] }
    /// The physical host at its root: what one remediation at a time is about.
    package var root: NodePath { NodePath(checked: [names[0]]) }
    package var parent: NodePath? { names.count > 1 ? NodePath(checked: Array(names.dropLast())) : nil }
    package var description: String { names.joined(separator: "/") }

    /// Whether the other one lies below this one.
    package func contains(_ other: NodePath) -> Bool {
        other.names.count > names.count && other.names.starts(with: names)
    }

    package static func < (left: NodePath, right: NodePath) -> Bool {
        left.names.lexicographicallyPrecedes(right.names)
    }
}

extension NodePath: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let path = NodePath(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a path of names: '\(text)'"))
        }
        self = path
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
