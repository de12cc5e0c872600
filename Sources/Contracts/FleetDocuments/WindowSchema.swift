import NestingModel

/// The published JSON Schema of window files, made of the words that the reader itself takes.
package enum WindowSchema {
    /// Byte for byte what Config/schemas/window-1.schema.json holds.
    package static var json: String {
        SchemaValue.fields([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:nestor:schema:window-1",
            "title": "nestor window file, version 1",
            "description": .text(
                "When guests may be corrected, and when they may not. The reader checks more than a schema can: that "
                    + "names are used once, that a time zone exists, that a weekly window ends within its week."),
            "type": "object", "additionalProperties": .flag(false), "required": ["windows"],
            "properties": .fields(["windows": .list(of: .reference("window"), least: 0)]),
            "$defs": .fields(
                ["window": .any(window("days"), window("dates"))].merging(SharedSchema.definitions) { own, _ in own }),
        ]).json
    }

    /// - Parameter recurrence: the one of the two keys that it has.
    private static func window(_ recurrence: String) -> SchemaValue {
        .object(
            WindowDocument.keys.filter { $0 == recurrence || !["days", "dates"].contains($0) },
            required: WindowDocument.required + [recurrence],
            [
                "name": .line(128, "Unique in all files."),
                "select": .reference("selector", "What is selected includes what runs inside it."),
                "blackout": .boolean("Nothing starts in it, nor runs into it."), "time-zone": SharedSchema.zone,
                "days": .list(of: .words(Weekday.allCases.map(\.rawValue)), "On which it starts, local time."),
                "dates": .list(of: .pattern("^\(SharedSchema.day)$"), "On which it starts, local time."),
                "start": .pattern("^\(SharedSchema.clock)$", "A time of day: \"22:00\"."),
                "duration": .reference("duration", "As a clock in the hand runs; it may cross midnight."),
            ])
    }
}
