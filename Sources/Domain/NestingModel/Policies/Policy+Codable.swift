// Documents from before a field was there lack it. Synthesised decoding calls these for every property of these types:
// a missing one is an empty list.
extension KeyedDecodingContainer {
    package func decode(_ type: [ModeRule].Type, forKey key: Key) throws -> [ModeRule] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    package func decode(_ type: [LabelRule].Type, forKey key: Key) throws -> [LabelRule] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    package func decode(_ type: [PolicySelector].Type, forKey key: Key) throws -> [PolicySelector] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    package func decode(_ type: [PlatformWord].Type, forKey key: Key) throws -> [PlatformWord] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    package func decode(_ type: [Exemption].Type, forKey key: Key) throws -> [Exemption] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
