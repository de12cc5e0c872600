/// An object's members.
struct StoredObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let json: StoredJSON
    let object: Int

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        json.places(in: object).compactMap { (try? json.text(at: $0)).flatMap(Key.init(stringValue:)) }
    }

    private func place(_ key: Key) throws(StoredJSON.Fault) -> Int {
        guard let place = json.member(key.stringValue, of: object) else { throw StoredJSON.Fault() }
        return place
    }

    func contains(_ key: Key) -> Bool { json.member(key.stringValue, of: object) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { json.values[try place(key)].kind == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try json.flag(at: place(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try json.text(at: place(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try json.real(at: place(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try json.real(at: place(key))) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try json.integer(at: place(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try json.integer(at: place(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try json.integer(at: place(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try json.integer(at: place(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try json.integer(at: place(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try json.integer(at: place(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try json.integer(at: place(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try json.integer(at: place(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try json.integer(at: place(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try json.integer(at: place(key)) }

    func decode<Document: Decodable>(_ type: Document.Type, forKey key: Key) throws -> Document {
        try decoder(key).value()
    }

    private func decoder(_ key: Key) throws -> StoredDecoder { StoredDecoder(json: json, place: try place(key)) }

    func nestedContainer<NestedKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    /// No type of the store's inherits from another.
    func superDecoder() throws -> any Decoder { throw StoredJSON.Fault() }
}
