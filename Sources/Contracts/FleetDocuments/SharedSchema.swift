import HumanText

/// What the schemas of all files that select nodes have in common, as definitions to refer to.
enum SharedSchema {
    static var definitions: [String: SchemaValue] {
        ["selector": selector, "conditions": conditions, "labels": labels, "duration": duration]
    }

    /// The reader asks the time-zone database itself.
    static let zone = SchemaValue.pattern(
        "^(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$", "A name of the time-zone database: Europe/Berlin, UTC.")

    private static var selector: SchemaValue {
        .any(
            .object(
                ["all"], required: ["all"], description: "Every host and guest.",
                ["all": .fields(["const": .flag(true)])]),
            .reference("conditions"))
    }

    private static var conditions: SchemaValue {
        .object(
            SelectorFields.conditions, least: 1, description: "Every condition that is stated has to hold.",
            [
                "paths": .list(
                    of: .scalar(), "Globs over the whole path: * within one name, ** for any number of names."),
                "hosts": .list(
                    of: .scalar(), "The same over a host's path: that host, and the guests that are defined on it."),
                "labels": .reference("labels", "Of the nearest enrolled host at or above the node."),
                "platforms": .list(
                    of: .pattern("^[a-z0-9_][a-z0-9_-]*$"), "Of that host's agent: linux, or linux-x86_64."),
                "levels": .list(of: .integer(0...64), "0 is a physical host, 1 a guest of one."),
                "guests": .list(of: .scalar(), "The guest's own name, as a glob."),
                "uuids": .list(
                    of: .pattern("^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$")),
                "not": .any(
                    .reference("conditions"), .list(of: .reference("conditions")),
                    description: "What meets all conditions of any one of these is left out."),
            ])
    }

    private static var labels: SchemaValue {
        .fields([
            "type": "object", "minProperties": .number(1),
            "additionalProperties": .any(
                .scalar("The label is this text."),
                .object(
                    SelectorFields.labelTests, least: 1,
                    [
                        "in": .list(of: .scalar()),
                        "not-in": .list(of: .scalar(), "A host without the label meets it, too."),
                        "exists": .boolean(),
                    ])),
        ])
    }

    private static var duration: SchemaValue {
        .pattern("^[0-9]+ ?(\(DurationText.units.map(\.name).joined(separator: "|")))$", "As 90s, 5m, 14d.")
    }
}
