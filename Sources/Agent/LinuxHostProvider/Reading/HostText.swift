import NestingModel

/// What a host's files hold is hostile until it has passed here.
enum HostText {
    /// The longest value that goes into a report, in bytes.
    static let valueLimit = 512

    /// A line as a value: trimmed, not empty, valid UTF-8 without control characters, and short.
    static func value(_ line: some Collection<UInt8>, of place: String) -> Fact<String> {
        guard line.count <= valueLimit else {
            return .unknown("\(place) holds a value of more than \(valueLimit) bytes")
        }
        guard let text = String(validating: line, as: UTF8.self) else { return .unknown("\(place) does not hold text") }
        let trimmed = trim(text)
        guard !trimmed.isEmpty else { return .unknown("\(place) is empty") }
        guard isPlain(trimmed) else { return .unknown("\(place) holds control characters") }
        return .known(trimmed)
    }

    /// The same for text that is already in hand.
    static func value(_ text: some StringProtocol, of place: String) -> Fact<String> {
        value(Array(text.utf8), of: place)
    }

    /// A foreign word made fit for a sentence: control characters replaced, and cut.
    static func quoted(_ text: some StringProtocol, limit: Int = 80) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) { plain.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(plain)
    }

    static func trim(_ text: some StringProtocol) -> String {
        let bytes = String(text).utf8
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(Substring(bytes[start...end]))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Split by bytes: to Swift a carriage return and a line feed are one character, which is no line feed.
    static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The words between blanks.
    static func words(_ text: some StringProtocol) -> [String] {
        String(text).utf8.split(whereSeparator: isBlank).map { String(Substring($0)) }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains { isControl($0) || $0 == "\u{FFFD}" }
    }

    /// Controls, and the marks that turn the direction of text around.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
