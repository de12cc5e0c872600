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
            let reason = try? container.decode(String.self, forKey: .unknown)
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
}
