import FoundationEssentials

/// A piece of a JSON Schema, written as Swift literals.
indirect enum SchemaValue: Encodable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([SchemaValue])
    case fields([String: SchemaValue])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .list(let values): try container.encode(values)
        case .fields(let values): try container.encode(values)
        }
    }

    /// The same value for the same schema, byte for byte.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }

    /// One of these words.
    static func words(_ words: [String], _ description: String? = nil) -> SchemaValue {
        SchemaValue.fields(["enum": .list(words.map { .text($0) })]).described(description)
    }

    /// What is text in a file: YAML takes `7` for a number, and the reader for the text that stands there.
    static func scalar(_ description: String? = nil) -> SchemaValue {
        SchemaValue.fields(["type": ["string", "number", "boolean"]]).described(description)
    }

    /// Text in one line that a reader sees, as `YAMLMapping.string` takes it; a number and a boolean are text, too.
    static func line(_ longest: Int, _ description: String? = nil) -> SchemaValue {
        let plain = "[^\\u0000-\\u001F\\u007F-\\u009F]*"
        return SchemaValue.fields([
            "type": ["string", "number", "boolean"], "maxLength": .number(longest),
            "pattern": .text("^\(plain)[^\\s\\u0000-\\u001F\\u007F-\\u009F]\(plain)$"),
        ]).described(description)
    }

    /// - Parameter longest: in characters; nil asks nothing of the length.
    static func pattern(_ pattern: String, longest: Int? = nil, _ description: String? = nil) -> SchemaValue {
        var fields: [String: SchemaValue] = ["type": "string", "pattern": .text(pattern)]
        if let longest { fields["maxLength"] = .number(longest) }
        return SchemaValue.fields(fields).described(description)
    }

    static func integer(_ range: ClosedRange<Int>, _ description: String? = nil) -> SchemaValue {
        SchemaValue.fields([
            "type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
        ]).described(description)
    }

    static func boolean(_ description: String? = nil) -> SchemaValue {
        SchemaValue.fields(["type": "boolean"]).described(description)
    }

    /// - Parameters:
    ///   - least: how many there have to be.
    ///   - once: whether each is named once.
    static func list(
        of items: SchemaValue, least: Int = 1, once: Bool = false, _ description: String? = nil
    ) -> SchemaValue {
        var fields: [String: SchemaValue] = ["type": "array", "items": items]
        if once { fields["uniqueItems"] = .flag(true) }
        if least > 0 { fields["minItems"] = .number(least) }
        return SchemaValue.fields(fields).described(description)
    }

    static func any(_ choices: SchemaValue..., description: String? = nil) -> SchemaValue {
        SchemaValue.fields(["anyOf": .list(choices)]).described(description)
    }

    static func reference(_ name: String, _ description: String? = nil) -> SchemaValue {
        SchemaValue.fields(["$ref": .text("#/$defs/\(name)")]).described(description)
    }

    /// A mapping with these keys and no others.
    /// - Parameter keys: those that the reader takes; one without a schema takes anything, which a test refuses.
    static func object(
        _ keys: [String], required: [String] = [], least: Int = 0, description: String? = nil,
        _ properties: [String: SchemaValue]
    ) -> SchemaValue {
        let known = keys.map { ($0, properties[$0] ?? .flag(true)) }
        var fields: [String: SchemaValue] = [
            "type": "object", "additionalProperties": .flag(false),
            "properties": .fields(Dictionary(known) { first, _ in first }),
        ]
        if !required.isEmpty { fields["required"] = .list(required.map { .text($0) }) }
        if least > 0 { fields["minProperties"] = .number(least) }
        return SchemaValue.fields(fields).described(description)
    }

    /// With more rules.
    func adding(_ rules: [String: SchemaValue]) -> SchemaValue {
        guard case .fields(let fields) = self else { return self }
        return .fields(fields.merging(rules) { _, new in new })
    }

    func described(_ description: String?) -> SchemaValue {
        guard let description, case .fields(var fields) = self else { return self }
        fields["description"] = .text(description)
        return .fields(fields)
    }
}

extension SchemaValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    init(stringLiteral text: String) { self = .text(text) }
    init(arrayLiteral values: SchemaValue...) { self = .list(values) }
}
