import FleetStore
import FoundationEssentials

/// Reads documents of the store as `Codable` values: the same as Foundation's decoder with dates in ISO 8601, in a part of
/// its time. What it does not read it says nothing of; that one has to be asked then.
struct StoredDecoder: Decoder {
    let json: StoredJSON
    let place: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func decode<Document: Decodable>(_ type: Document.Type, from bytes: [UInt8]) throws -> Document {
        try StoredDecoder(json: try StoredJSON(bytes), place: 0).value()
    }

    /// A document of the store, whoever can read it.
    static func document<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8]
    ) throws(StoreFailure) -> Document {
        if let document = try? decode(type, from: bytes) { return document }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw StoreFailure(.corrupt, "a stored \(type) cannot be read: \(error)")
        }
    }

    func value<Document: Decodable>() throws -> Document {
        if Document.self == Date.self, let date = try date() as? Document { return date }
        return try Document(from: self)
    }

    /// As `2026-11-26T09:14:07Z`, which is how the store writes it.
    private func date() throws -> Date {
        let text = Array(try json.text(at: place).utf8)
        guard text.count == 20 else { throw StoredJSON.Fault() }
        func number(_ range: Range<Int>) throws -> Int {
            try text[range].reduce(0) { sum, digit in
                guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw StoredJSON.Fault() }
                return sum * 10 + Int(digit - UInt8(ascii: "0"))
            }
        }
        let marks = [4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"]
        guard marks.allSatisfy({ [text[$0.key]] == Array($0.value.utf8) }) else { throw StoredJSON.Fault() }
        let (month, day) = (try number(5..<7), try number(8..<10))
        let (hour, minute, second) = (try number(11..<13), try number(14..<16), try number(17..<19))
        guard 1...12 ~= month, 1...28 ~= day || 29...31 ~= day && month != 2, hour < 24, minute < 60, second < 60 else {
            throw StoredJSON.Fault()
        }
        // Days since 1970 of the civil calendar, in years that begin in March. Before it began Foundation counts otherwise.
        let civil = try number(0..<4)
        guard civil >= 1600 else { throw StoredJSON.Fault() }
        let year = civil - (month <= 2 ? 1 : 0)
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = 365 * year + year / 4 - year / 100 + year / 400 + ofYear - 719_468
        return Date(timeIntervalSince1970: TimeInterval(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard json.values[place].kind == .object else { throw StoredJSON.Fault() }
        return KeyedDecodingContainer(StoredObject(json: json, object: place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard json.values[place].kind == .array else { throw StoredJSON.Fault() }
        return StoredArray(json: json, places: json.places(in: place))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { StoredValue(json: json, place: place) }
}

/// A value by itself.
struct StoredValue: SingleValueDecodingContainer {
    let json: StoredJSON
    let place: Int

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { json.values[place].kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try json.flag(at: place) }
    func decode(_ type: String.Type) throws -> String { try json.text(at: place) }
    func decode(_ type: Double.Type) throws -> Double { try json.real(at: place) }
    func decode(_ type: Float.Type) throws -> Float { Float(try json.real(at: place)) }
    func decode(_ type: Int.Type) throws -> Int { try json.integer(at: place) }
    func decode(_ type: Int8.Type) throws -> Int8 { try json.integer(at: place) }
    func decode(_ type: Int16.Type) throws -> Int16 { try json.integer(at: place) }
    func decode(_ type: Int32.Type) throws -> Int32 { try json.integer(at: place) }
    func decode(_ type: Int64.Type) throws -> Int64 { try json.integer(at: place) }
    func decode(_ type: UInt.Type) throws -> UInt { try json.integer(at: place) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try json.integer(at: place) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try json.integer(at: place) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try json.integer(at: place) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try json.integer(at: place) }

    func decode<Document: Decodable>(_ type: Document.Type) throws -> Document {
        try StoredDecoder(json: json, place: place).value()
    }
}
