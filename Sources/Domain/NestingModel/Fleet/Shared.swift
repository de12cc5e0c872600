/// A large value that is kept once, however often it is handed on. In JSON it is the value.
package final class Shared<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    package let value: Value

    package init(_ value: Value) {
        self.value = value
    }

    package init(from decoder: any Decoder) throws {
        value = try Value(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }

    package static func == (left: Shared, right: Shared) -> Bool { left === right || left.value == right.value }
}
