/// A string enumeration on the wire that a newer peer may extend: a word that this build does not know decodes to
/// `unknown` instead of failing the whole message.
package protocol OpenEnumeration: RawRepresentable, Codable, Sendable, Hashable, CustomStringConvertible, PlainValue
where RawValue == String {
    static var unknown: Self { get }
}

extension OpenEnumeration {
    package init(from decoder: any Decoder) throws {
        self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .unknown
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { rawValue }
}
