/// A reported value in one of three states, so that "not there" and "could not be read" are never confused.
///
/// In JSON a known fact is its value, an absent one is `null`, and an unknown one is `{"unknown": "the reason"}`.
/// A field that is missing altogether (an agent that does not know it yet) reads as unknown. A change is never
/// planned from an unknown fact.
package enum Fact<Value: Sendable>: Sendable {
    case known(Value)
    /// It was looked for, and there is none.
    case absent
    /// It could not be told; the reason is a sentence for a person.
    case unknown(String)

    /// The value where it is known.
    package var value: Value? {
        if case .known(let value) = self { value } else { nil }
    }

    /// The reason where it is unknown.
    package var reason: String? {
        if case .unknown(let reason) = self { reason } else { nil }
    }

    package var isUnknown: Bool { reason != nil }

    package func map<Other>(_ transform: (Value) -> Other) -> Fact<Other> {
        switch self {
        case .known(let value): .known(transform(value))
        case .absent: .absent
        case .unknown(let reason): .unknown(reason)
        }
    }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}

extension Fact: CustomStringConvertible {
    /// As tables show it.
    package var description: String {
        switch self {
        case .known(let value): "\(value)"
        case .absent: "none"
        case .unknown(let reason): "unknown (\(reason))"
        }
    }
}
