import HumanText

/// What the schemas of all files that select nodes have in common, as definitions to refer to.
enum SharedSchema {
    static var definitions: [String: SchemaValue] {
        ["selector": selector, "conditions": conditions, "labels": labels, "duration": duration]
    }

    /// The reader asks the time-zone database itself.
    static let zone = SchemaValue.pattern("^\(zoneName)$", "A name of the time-zone database: Europe/Berlin, UTC.")

    /// As `ZoneName` has it.
    static let zoneName = "(UTC|Etc/UTC|(?!Etc/)[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)"

    /// Of the calendar, but for the ends of months.
    static let day = "(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    static let clock = "([01][0-9]|2[0-3]):[0-5][0-9]"

    /// One name of a path: `**` stands alone.
    private static let glob = "(\\*\\*|(?=[^/]*[^/\\s])([^/*\\u0000-\\u001F\\u007F-\\u009F]|\\*(?!\\*))+)"

    private static var selector: SchemaValue {
        .any(
            .object(
                ["all"], required: ["all"], description: "Every host and guest.",
                ["all": .fields(["const": .flag(true)])]),
            .reference("conditions"),
            // What a program writes that writes every key.
            .object(
                SelectorFields.keys, required: ["all"], least: 2,
                Dictionary(SelectorFields.conditions.map { ($0, conditionRules[$0] ?? .flag(true)) }) { first, _ in
                    first
                }
                .merging(["all": .fields(["const": .flag(false)])]) { own, _ in own }))
    }

    private static var conditions: SchemaValue {
        .object(
            SelectorFields.conditions, least: 1, description: "Every condition that is stated has to hold.",
            conditionRules)
    }

    private static var conditionRules: [String: SchemaValue] {
        [
            "paths": paths("Globs over the whole path: * within one name, ** for any number of names."),
            "hosts": paths("The same over a host's path: that host, and the guests that are defined on it."),
            "labels": .reference("labels", "Of the nearest enrolled host at or above the node."),
            "platforms": .list(
                of: .pattern("^[a-z0-9_][a-z0-9_-]{0,63}$"), "Of that host's agent: linux, or linux-x86_64."),
            "levels": .list(of: .integer(0...64), "0 is a physical host, 1 a guest of one."),
            "guests": .list(of: .line(255), "The guest's own name, as a glob."),
            "uuids": .list(
                of: .pattern("^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$")),
            "not": .any(
                .reference("conditions"), .list(of: .reference("conditions")),
                description: "What meets all conditions of any one of these is left out; at most 4 deep."),
        ]
    }

    private static func paths(_ description: String) -> SchemaValue {
        .list(
            of: .fields(["type": ["string", "number", "boolean"], "pattern": .text("^\(glob)(/\(glob))*$")]),
            description)
    }

    private static var labels: SchemaValue {
        .fields([
            "type": "object", "minProperties": .number(1), "propertyNames": .line(256),
            "additionalProperties": .any(
                .line(256, "The label is this text."),
                .object(
                    SelectorFields.labelTests, least: 1,
                    [
                        "in": .list(of: .line(256)),
                        "not-in": .list(of: .line(256), "A host without the label meets it, too."),
                        "exists": .boolean(),
                    ])),
        ])
    }

    static var duration: SchemaValue {
        .pattern("^[0-9]+ ?(\(DurationText.units.map(\.name).joined(separator: "|")))$", "As 90s, 5m, 14d.")
    }
}
