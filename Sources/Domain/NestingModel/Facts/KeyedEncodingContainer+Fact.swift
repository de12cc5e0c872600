/// Synthesised encoding calls these for `Fact` properties of plain values: through `Fact` itself each would take an
/// encoder of its own, and a report of fifty guests has more than a thousand of them.
extension KeyedEncodingContainer {
    package mutating func encode(_ fact: Fact<Bool>, forKey key: Key) throws {
        guard case .known(let value) = fact else { return try encodeUnknown(fact, forKey: key) }
        try encode(value, forKey: key)
    }

    package mutating func encode(_ fact: Fact<Int>, forKey key: Key) throws {
        guard case .known(let value) = fact else { return try encodeUnknown(fact, forKey: key) }
        try encode(value, forKey: key)
    }

    package mutating func encode(_ fact: Fact<Int64>, forKey key: Key) throws {
        guard case .known(let value) = fact else { return try encodeUnknown(fact, forKey: key) }
        try encode(value, forKey: key)
    }

    package mutating func encode(_ fact: Fact<String>, forKey key: Key) throws {
        guard case .known(let value) = fact else { return try encodeUnknown(fact, forKey: key) }
        try encode(value, forKey: key)
    }

    package mutating func encode<Value: OpenEnumeration>(_ fact: Fact<Value>, forKey key: Key) throws {
        guard case .known(let value) = fact else { return try encodeUnknown(fact, forKey: key) }
        try encode(value.rawValue, forKey: key)
    }

    private mutating func encodeUnknown<Value: Encodable>(_ fact: Fact<Value>, forKey key: Key) throws {
        if case .absent = fact { return try encodeNil(forKey: key) }
        try fact.encode(to: superEncoder(forKey: key))
    }
}
