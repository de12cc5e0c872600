import Foundation
import Testing
import YAMLDocument

/// As much of JSON Schema as the schemas of files use, written from the standard's words.
struct SchemaCheck {
    private let root: YAMLValue
    private let patterns = Patterns()

    /// - Parameter json: JSON is YAML, too.
    init(_ json: String) throws {
        root = try YAMLDocument.parse(json, file: "schema").plain
    }

    /// Whether Config/schemas holds this text; writes it there where the environment says so.
    static func isPublished(_ json: String, _ name: String, by suite: String) throws {
        let file = ExampleTests.config.appending(path: "schemas/\(name).schema.json")
        if ProcessInfo.processInfo.environment["NESTOR_WRITE_SCHEMAS"] != nil {
            try json.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == json,
            "write it again: NESTOR_WRITE_SCHEMAS=1 swift test --filter \(suite)")
    }

    /// What does not fit, with its place in the value.
    func faults(_ value: YAMLValue) -> [String] { faults(value, root, "") }

    private func faults(_ value: YAMLValue, _ schema: YAMLValue, _ place: String) -> [String] {
        if case .bool(let isFine) = schema { return isFine ? [] : ["\(place): nothing fits"] }
        var found: [String] = []
        if case .text(let reference)? = schema["$ref"] {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let target = root["$defs"]?[name] else { return ["\(place): no definition \(reference)"] }
            found += faults(value, target, place)
        }
        if let type = schema["type"] {
            let types = if case .sequence(let all) = type { all } else { [type] }
            if !types.contains(where: { value.isOf($0) }) { return found + ["\(place): is no \(types)"] }
        }
        if case .sequence(let words)? = schema["enum"], !words.contains(value) { found.append("\(place): \(value)") }
        if let only = schema["const"], only != value { found.append("\(place): \(value) is not \(only)") }
        if case .text(let pattern)? = schema["pattern"], case .text(let text) = value {
            if !patterns.fit(pattern, text) { found.append("\(place): '\(text)' \(pattern)") }
        }
        if case .int(let most)? = schema["maxLength"], case .text(let text) = value, text.unicodeScalars.count > most {
            found.append("\(place): longer than \(most)")
        }
        if case .int(let number) = value {
            if case .int(let least)? = schema["minimum"], number < least { found.append("\(place): \(number)") }
            if case .int(let most)? = schema["maximum"], number > most { found.append("\(place): \(number)") }
        }
        if case .sequence(let choices)? = schema["anyOf"] {
            let tried = choices.map { faults(value, $0, place) }
            if !tried.contains([]) { found += tried.flatMap { $0 } }
        }
        if case .sequence(let all)? = schema["allOf"] { found += all.flatMap { faults(value, $0, place) } }
        if let condition = schema["if"], let then = schema["then"], faults(value, condition, place) == [] {
            found += faults(value, then, place)
        }
        return found + insides(value, schema, place)
    }

    private func insides(_ value: YAMLValue, _ schema: YAMLValue, _ place: String) -> [String] {
        var found: [String] = []
        switch value {
        case .sequence(let items):
            if case .int(let least)? = schema["minItems"], items.count < least { found.append("\(place): too few") }
            if schema["uniqueItems"] == .bool(true), items.indices.contains(where: { items[..<$0].contains(items[$0]) })
            {
                found.append("\(place): one twice")
            }
            if let one = schema["contains"], !items.contains(where: { faults($0, one, place) == [] }) {
                found.append("\(place): not the one that has to be")
            }
            if let each = schema["items"] {
                for (number, item) in items.enumerated() { found += faults(item, each, "\(place)[\(number)]") }
            }
        case .mapping(let pairs):
            if case .int(let least)? = schema["minProperties"], pairs.count < least {
                found.append("\(place): too few")
            }
            if case .sequence(let required)? = schema["required"] {
                for case .text(let key) in required where value[key] == nil { found.append("\(place): no \(key)") }
            }
            if case .mapping(let rules)? = schema["dependentRequired"] {
                for rule in rules where value[rule.key] != nil {
                    guard case .sequence(let others) = rule.value else { continue }
                    for case .text(let key) in others where value[key] == nil {
                        found.append("\(place): \(rule.key) without \(key)")
                    }
                }
            }
            for pair in pairs {
                if let rule = schema["propertyNames"] { found += faults(.text(pair.key), rule, "\(place).\(pair.key)") }
                guard let rule = schema["properties"]?[pair.key] ?? schema["additionalProperties"] else { continue }
                found += faults(pair.value, rule, "\(place).\(pair.key)")
            }
        default: break
        }
        return found
    }
}

extension YAMLValue {
    subscript(key: String) -> YAMLValue? {
        guard case .mapping(let pairs) = self else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    fileprivate func isOf(_ type: YAMLValue) -> Bool {
        guard case .text(let name) = type else { return false }
        return switch self {
        case .null: name == "null"
        case .bool: name == "boolean"
        case .int: name == "integer" || name == "number"
        case .float: name == "number"
        case .text: name == "string"
        case .sequence: name == "array"
        case .mapping: name == "object"
        }
    }

    /// This tree with one more key in one of its mappings, for each of them.
    func withOneMore(_ key: String) -> [YAMLValue] {
        switch self {
        case .mapping(let pairs):
            let inside = pairs.indices.flatMap { number in
                pairs[number].value.withOneMore(key).map { value in
                    var copy = pairs
                    copy[number] = YAMLPair(key: pairs[number].key, value: value)
                    return YAMLValue.mapping(copy)
                }
            }
            return [.mapping(pairs + [YAMLPair(key: key, value: .sequence([]))])] + inside
        case .sequence(let items):
            return items.indices.flatMap { number in
                items[number].withOneMore(key).map { value in
                    var copy = items
                    copy[number] = value
                    return YAMLValue.sequence(copy)
                }
            }
        default: return []
        }
    }
}

/// The patterns of a schema, each read once.
private final class Patterns {
    private var read: [String: Regex<AnyRegexOutput>] = [:]

    func fit(_ pattern: String, _ text: String) -> Bool {
        // As JSON Schema has it: of characters as Unicode counts them, and none of them is two.
        let regex = read[pattern] ?? (try? Regex(pattern))?.matchingSemantics(.unicodeScalar)
        read[pattern] = regex
        return regex.flatMap { try? $0.firstMatch(in: text) } != nil
    }
}
