package import FoundationEssentials

/// The one way in which messages become bytes: sorted keys, ISO 8601 dates, no escaped slashes, one line.
package enum WireCoding {
    package static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    package static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }

    /// - Returns: the message and its line feed.
    package static func line(_ message: some Encodable) throws -> [UInt8] {
        var bytes = [UInt8](try encoder().encode(message))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    package static func decode<Message: Decodable>(_ type: Message.Type, from line: [UInt8]) throws -> Message {
        try decoder().decode(type, from: Data(line))
    }
}
