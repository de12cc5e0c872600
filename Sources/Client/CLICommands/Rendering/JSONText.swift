import FoundationEssentials

/// JSON as the API speaks it and as `--output json` prints it.
enum JSONText {
    static func pretty(_ value: some Encodable) throws -> String {
        var text: [UInt8] = []
        try encoder().encode(value).withUnsafeBytes { JSONLayout.append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter compact: as `encoder` writes it.
    static func pretty(_ compact: [UInt8]) -> String {
        var text: [UInt8] = []
        compact.withUnsafeBytes { JSONLayout.append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
