/// The one key of an unknown fact's object.
private enum UnknownKey: String, CodingKey {
    case unknown
}

extension Fact: Encodable where Value: Encodable {
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .known(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .absent:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .unknown(let reason):
            var container = encoder.container(keyedBy: UnknownKey.self)
            try container.encode(reason, forKey: .unknown)
        }
    }
}

extension Fact: Decodable where Value: Decodable {
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: UnknownKey.self),
            let reason = try? container.decodeIfPresent(String.self, forKey: .unknown)
        {
            self = .unknown(reason)
            return
        }
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .absent : .known(try container.decode(Value.self))
    }
}

extension KeyedDecodingContainer {
    /// Synthesised decoding calls this for every `Fact` property: a missing field is an unknown fact, not an error.
    package func decode<Value: Decodable>(_ type: Fact<Value>.Type, forKey key: Key) throws -> Fact<Value> {
        guard contains(key) else { return .unknown("not reported by this agent") }
        return try Fact<Value>(from: superDecoder(forKey: key))
    }

    // Of these there are more than a thousand in a report of fifty guests: each is asked for as what it is, since a
    // decoder that is asked for any type has to find out first.

    package func decode(_ type: Fact<Bool>.Type, forKey key: Key) throws -> Fact<Bool> {
        try plain(key) { try? decode(Bool.self, forKey: key) }
    }

    package func decode(_ type: Fact<Int>.Type, forKey key: Key) throws -> Fact<Int> {
        try plain(key) { try? decode(Int.self, forKey: key) }
    }

    package func decode(_ type: Fact<Int64>.Type, forKey key: Key) throws -> Fact<Int64> {
        try plain(key) { try? decode(Int64.self, forKey: key) }
    }

    package func decode(_ type: Fact<String>.Type, forKey key: Key) throws -> Fact<String> {
        try plain(key) { try? decode(String.self, forKey: key) }
    }

    package func decode<Value: OpenEnumeration>(_ type: Fact<Value>.Type, forKey key: Key) throws -> Fact<Value> {
        try plain(key) { (try? decode(String.self, forKey: key)).map { Value(rawValue: $0) ?? .unknown } }
    }

    /// The same for values that are no objects: as good as all of them are known, and looking for an object first would
    /// throw an error for each, which costs more than all the rest of reading a report.
    package func decode<Value: Decodable & PlainValue>(
        _ type: Fact<Value>.Type, forKey key: Key
    ) throws -> Fact<Value> {
        try plain(key) { try? decode(Value.self, forKey: key) }
    }

    private func plain<Value: Decodable>(_ key: Key, _ read: () -> Value?) throws -> Fact<Value> {
        guard contains(key) else { return .unknown("not reported by this agent") }
        if try decodeNil(forKey: key) { return .absent }
        if let value = read() { return .known(value) }
        return try Fact<Value>(from: superDecoder(forKey: key))
    }
}

/// A value that JSON never writes as an object, so that it can't be confused with the reason of an unknown fact.
package protocol PlainValue {}

extension Bool: PlainValue {}
extension Int: PlainValue {}
extension Int64: PlainValue {}
extension Double: PlainValue {}
extension String: PlainValue {}
extension Array: PlainValue {}
