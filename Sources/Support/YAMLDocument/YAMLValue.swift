/// A plain tree to be written as YAML.
package enum YAMLValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case text(String)
    case sequence([YAMLValue])
    case mapping([YAMLPair])

    /// A mapping in the order given; pairs whose value is nil are left out.
    package static func fields(_ pairs: KeyValuePairs<String, YAMLValue?>) -> YAMLValue {
        .mapping(pairs.compactMap { key, value in value.map { YAMLPair(key: key, value: $0) } })
    }

    package static func texts(_ texts: [String]) -> YAMLValue {
        .sequence(texts.map { .text($0) })
    }
}

package struct YAMLPair: Sendable, Hashable {
    package let key: String
    package let value: YAMLValue

    package init(key: String, value: YAMLValue) {
        self.key = key
        self.value = value
    }
}

extension YAMLNode {
    /// The node without its places, scalars resolved by the core schema.
    package var plain: YAMLValue {
        switch content {
        case .sequence(let items): return .sequence(items.map(\.plain))
        case .mapping(let entries): return .mapping(entries.map { YAMLPair(key: $0.key, value: $0.value.plain) })
        case .scalar(let scalar):
            switch scalar.resolved {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .int(let value): return .int(value)
            case .float(let value): return .float(value)
            case .text: return .text(scalar.text)
            }
        }
    }
}
