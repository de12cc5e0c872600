import NestingModel

/// The published JSON Schema of expectation files, made of the words that the reader itself takes.
package enum ExpectationSchema {
    /// Byte for byte what Config/schemas/policy-test-1.schema.json holds.
    package static var json: String {
        SchemaValue.fields([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:nestor:schema:policy-test-1",
            "title": "nestor policy test file, version 1",
            "description": .text(
                "What has to come of policies and of reports in files. The reader checks more than a schema can: that "
                    + "the files that a test names are there and in order, and that a host is named once."),
            "type": "object", "additionalProperties": .flag(false), "required": ["tests"],
            "properties": .fields(["tests": .list(of: .reference("test"), least: 0)]),
            "$defs": .fields([
                "test": test, "host": host, "finding": finding, "correction": correction, "path": path,
                "moment": PolicySchema.moment, "duration": SharedSchema.duration,
            ]),
        ]).json
    }

    private static var test: SchemaValue {
        .object(
            ExpectationDocument.keys, required: ExpectationDocument.keys,
            [
                "name": .line(256),
                "policies": .list(of: .line(1_024), "Policy files, as seen from this one."),
                "at": .reference("moment", "What dates, grace periods and exemptions are held against."),
                "hosts": .list(of: .reference("host")),
                "expect": .object(
                    ExpectationDocument.expectKeys, required: ["findings"],
                    [
                        "findings": .list(
                            of: .reference("finding"), least: 0,
                            "All of them: one that is not named is a difference, too."),
                        "plan": .list(
                            of: .reference("correction"), least: 0,
                            "All that would be corrected; left out, nothing is asked of the plan."),
                    ]),
            ])
    }

    private static var host: SchemaValue {
        .object(
            ExpectationDocument.hostKeys, required: ["path", "report"],
            [
                "path": .reference("path"),
                "labels": .fields([
                    "type": "object", "propertyNames": .line(256), "additionalProperties": .line(256),
                ]),
                "report": .line(1_024, "What 'nestor-agent report' printed, as seen from this file."),
                "age": .reference("duration", "How old the report is."),
                "state": .words(words(of: HostState.self), "Why the host could not be read since."),
            ])
    }

    private static var finding: SchemaValue {
        .object(
            ExpectationDocument.findingKeys, required: ["path"],
            description: "What is not stated is not asked.",
            [
                "kind": .words(words(of: FindingKind.self), "drift without a word."), "path": .reference("path"),
                "setting": .words(WishFields.keys), "wanted": .line(1_024), "found": .line(1_024),
                "policy": .line(1_024, "The name of the policy that decided."),
                "mode": .words(words(of: PolicyMode.self)), "state": .words(ExpectationDocument.findingStates),
                "severity": .words(words(of: Severity.self)),
                "exemption": .line(1_024, "The name of the one that holds it, or that held it."),
            ])
    }

    private static var correction: SchemaValue {
        .object(
            ExpectationDocument.itemKeys, required: ["path"], description: "What is not stated is not asked.",
            [
                "path": .reference("path"),
                "change": .object(
                    ExpectationDocument.changeKeys, description: "All that is changed.", PolicySchema.wishRules([])),
                "disruption": .words(ExpectationDocument.disruptions),
                "inside": .list(of: .reference("path"), "The guests inside that go down with it."),
            ])
    }

    /// A name may be of spaces alone, as a guest's may.
    private static var path: SchemaValue {
        let name = "[^/\\u0000-\\u001F\\u007F-\\u009F]{1,255}"
        return .fields([
            "type": ["string", "number", "boolean"], "pattern": .text("^\(name)(/\(name))*$"),
            "description": "rack7, or rack7/build-l1.",
        ])
    }

    private static func words<Word: OpenEnumeration & CaseIterable>(
        of _: Word.Type
    ) -> [String] where Word.RawValue == String {
        Word.allCases.filter { $0 != .unknown }.map(\.rawValue)
    }
}
