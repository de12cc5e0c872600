import HumanText
import NestingModel

/// The published JSON Schema of policy files, made of the words that the reader itself takes.
package enum PolicySchema {
    /// Byte for byte what Config/schemas/policy-1.schema.json holds.
    package static var json: String {
        SchemaValue.fields([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:nestor:schema:policy-1",
            "title": "nestor policy file, version 1",
            "description": .text(
                "What guests and hosts should be like, and dated exceptions. A file has one of the lists or both. The "
                    + "reader checks more than a schema can: that names are used once, that hosts are enrolled, that "
                    + "policies don't contradict each other, that an exemption is not over, and how long a time or how large a "
                    + "size may be."),
            "type": "object", "additionalProperties": .flag(false), "minProperties": .number(1),
            "properties": .fields([
                "policies": .list(of: .reference("policy"), least: 0),
                "exemptions": .list(of: .reference("exemption"), least: 0),
            ]),
            "$defs": .fields(
                [
                    "policy": policy, "exemption": exemption, "modes": modes, "moment": moment,
                    "disruption": disruption,
                ].merging(SharedSchema.definitions) { own, _ in own }),
        ]).json
    }

    private static var policy: SchemaValue {
        .object(
            PolicyFields.keys, required: PolicyFields.required,
            [
                "name": .line(128, "Unique in all files."),
                "priority": .integer(
                    -1_000_000...1_000_000,
                    "The higher one decides, setting by setting; two of the same priority that disagree are an error."),
                "select": .reference("selector"), "desire": wishes(presence: ["none"]),
                "mode": .reference("modes", "audit without a word."),
                "modes": .list(
                    of: .object(
                        PolicyFields.modeKeys, required: PolicyFields.modeKeys,
                        [
                            "select": .reference("selector"), "mode": .reference("modes"),
                            "reason": .line(512, "Shown wherever the mode is."),
                        ]), "Where another mode holds; the first that matches decides."),
                "from": .reference("moment", "It counts from then on."),
                "grace": .reference(
                    "duration", "So long after from also complies what would be decided without this policy."),
                "severity": .words(Severity.allCases.filter { $0 != .unknown }.map(\.rawValue)),
                "disruption": .reference("disruption"),
            ]
        ).adding(["dependentRequired": .fields(["grace": ["from"]])])
    }

    private static var exemption: SchemaValue {
        .object(
            ExemptionFields.keys, required: ExemptionFields.required,
            description: "A dated exception: what these settings are is no drift there, until it expires.",
            [
                "name": .line(128, "Unique among exemptions."), "select": .reference("selector"),
                "settings": .list(of: .words(WishFields.keys)),
                "accepts": wishes(
                    presence: ["none", "present"], "Pins the exemption to these values: any other one is drift."),
                "owner": .line(128, "Who answers for it."), "reason": .line(512), "expires": .reference("moment"),
            ]
        ).adding(["allOf": .list(WishFields.keys.map(pinned))])
    }

    /// A value is accepted of a setting that is exempted, and of no other.
    private static func pinned(_ setting: String) -> SchemaValue {
        let accepts = SchemaValue.fields(["type": "object", "required": [.text(setting)]])
        let settings = SchemaValue.fields(["contains": .fields(["const": .text(setting)])])
        return .fields([
            "if": .fields(["required": ["accepts"], "properties": .fields(["accepts": accepts])]),
            "then": .fields(["properties": .fields(["settings": settings])]),
        ])
    }

    private static var modes: SchemaValue {
        let words = SchemaValue.words(
            PolicyMode.allCases.filter { $0 != .unknown }.map(\.rawValue),
            "audit: report; propose: correct when asked; enforce: correct by itself.")
        return .any(
            words,
            .object(
                PolicyFields.causes, required: PolicyFields.causes,
                [
                    "corrective": words.described("For drift that a host brought about."),
                    "intended": words.described("For drift that a change of the policies brought about."),
                ]))
    }

    static var moment: SchemaValue {
        .pattern(
            "^\(SharedSchema.day)T\(SharedSchema.clock)(:[0-5][0-9])?"
                + "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]| \(SharedSchema.zoneName))$",
            "2027-01-31T18:00 Europe/Berlin, or with an offset as RFC 3339 has it.")
    }

    private static var disruption: SchemaValue {
        let consent = SchemaValue.words(["allowed", "forbidden"])
        return .object(
            PolicyFields.disruptionKeys, description: "What a correction may disturb.",
            [
                "restart": consent, "drain": consent, "shutdown-deadline": .reference("duration"),
                "report-age": .reference("duration"), "drop-saved-state": .boolean(), "cut-power": .boolean(),
                "correct-owned": .list(
                    of: .words(FleetText.managers), "Guests of these managers, which are left alone else."),
            ])
    }

    private static func wishes(presence: [String], _ description: String? = nil) -> SchemaValue {
        .object(WishFields.keys, least: 1, description: description, wishRules(presence))
    }

    /// What each setting may be.
    /// - Parameter presence: the words that a saved state and snapshots take.
    static func wishRules(_ presence: [String]) -> [String: SchemaValue] {
        [
            "exposure": .words(["exposed", "hidden"]),
            "startup-memory": .pattern(
                "^[0-9]+ ?(\(ByteSize.units.map(\.name).joined(separator: "|")))$", "At least: 4GiB."),
            "dynamic-memory": .boolean(), "maximum-vcpus": .integer(1...8192, "At least."),
            "mac-spoofing": .words(["allowed", "blocked"]), "saved-state": .words(presence),
            "snapshots": .words(presence), "autostart": .words(["on", "off"]),
            "host-nesting": .words(["on", "off"]),
        ]
    }
}
