extension Decoder {
    /// Refuses what has a field that is not one of these. For what narrows down: without one of its fields, more would be
    /// meant than somebody wrote.
    /// - Parameter what: the thing that is read, in a sentence.
    package func refuseStrangers<Keys: CodingKey>(to what: String, _: Keys.Type) throws {
        let stated = try singleValueContainer().decode([String: Ignored].self).keys
        guard let stranger = stated.sorted().first(where: { Keys(stringValue: $0) == nil }) else { return }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: codingPath, debugDescription: "\(what) has no '\(stranger)'"))
    }
}

/// Any value, of which nothing is read.
private struct Ignored: Decodable {
    init(from decoder: any Decoder) {}
}
