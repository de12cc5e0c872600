/// The path and query of a request line, decoded. Whatever could mean two things is refused: broken escapes, control
/// characters, text that is not UTF-8, `.` and `..` as segments.
package struct RequestTarget: Sendable, Hashable {
    package struct QueryItem: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    /// The decoded parts between slashes; a part may hold a slash that came as `%2F`.
    package var segments: [String]
    package var query: [QueryItem]

    /// Nil where the text is not an absolute path with a query that can be decoded (RFC 3986, origin-form).
    package init?(_ text: some StringProtocol) {
        let whole = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = whole.first, path.first == "/" else { return nil }
        segments = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = Self.decoded(part.utf8, plusIsSpace: false), segment != ".", segment != ".." else {
                return nil
            }
            segments.append(segment)
        }
        query = []
        for pair in whole.count > 1 ? whole[1].split(separator: "&") : [] {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0].utf8, plusIsSpace: true),
                let value = halves.count > 1 ? Self.decoded(halves[1].utf8, plusIsSpace: true) : ""
            else { return nil }
            query.append(QueryItem(name: name, value: value))
        }
    }

    private static func decoded(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexadecimal), let low = rest.next().flatMap(hexadecimal) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
        else { return nil }
        return text
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
