/// An array's values, one after another.
struct StoredArray: UnkeyedDecodingContainer {
    let json: StoredJSON
    let places: [Int]
    private(set) var currentIndex = 0

    init(json: StoredJSON, places: [Int]) {
        self.json = json
        self.places = places
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { places.count }
    var isAtEnd: Bool { currentIndex == places.count }

    private mutating func take() throws(StoredJSON.Fault) -> Int {
        guard currentIndex < places.count else { throw StoredJSON.Fault() }
        defer { currentIndex += 1 }
        return places[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard currentIndex < places.count else { throw StoredJSON.Fault() }
        guard json.values[places[currentIndex]].kind == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try json.flag(at: take()) }
    mutating func decode(_ type: String.Type) throws -> String { try json.text(at: take()) }
    mutating func decode(_ type: Double.Type) throws -> Double { try json.real(at: take()) }
    mutating func decode(_ type: Float.Type) throws -> Float { Float(try json.real(at: take())) }
    mutating func decode(_ type: Int.Type) throws -> Int { try json.integer(at: take()) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try json.integer(at: take()) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try json.integer(at: take()) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try json.integer(at: take()) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try json.integer(at: take()) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try json.integer(at: take()) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try json.integer(at: take()) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try json.integer(at: take()) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try json.integer(at: take()) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try json.integer(at: take()) }

    mutating func decode<Document: Decodable>(_ type: Document.Type) throws -> Document { try decoder().value() }

    private mutating func decoder() throws -> StoredDecoder { StoredDecoder(json: json, place: try take()) }

    mutating func nestedContainer<NestedKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try decoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try decoder() }
}
