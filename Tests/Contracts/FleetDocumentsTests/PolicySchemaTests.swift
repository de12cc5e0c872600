import FleetDocuments
import Foundation
import NestingModel
import Testing
import YAMLDocument

@Suite("The published schema of policy files")
struct PolicySchemaTests {
    private let schema: SchemaCheck

    init() throws {
        schema = try SchemaCheck(PolicySchema.json)
    }

    private func tree(_ text: String) throws -> YAMLValue { try YAMLDocument.parse(text, file: "f").plain }

    private func isRead(_ text: String) -> Bool {
        (try? PolicyDocument.read([DocumentText(name: "f", text: text)])) != nil
    }

    @Test("is the file in Config, byte for byte")
    func published() throws {
        try SchemaCheck.isPublished(PolicySchema.json, "policy-1", by: "PolicySchemaTests")
    }

    @Test("takes every example in Config, and what the writer writes of them")
    func examples() throws {
        for file in try ExampleTests.policyFiles() {
            #expect(schema.faults(try tree(file.text)) == [], "\(file.name)")
            let written = PolicyDocument.write(try PolicyDocument.read([file]))
            #expect(schema.faults(try tree(written)) == [], "\(file.name)")
        }
    }

    @Test("knows a schema for every key that the reader takes")
    func complete() throws {
        #expect(!PolicySchema.json.contains("\" : true,\n") || !PolicySchema.json.contains("\"properties\" : true"))
        let anything = PolicySchema.json.split(separator: "\n").filter { line in
            line.hasSuffix(": true") || line.hasSuffix(": true,")
        }
        #expect(anything.filter { !$0.contains("\"const\"") } == [])
    }

    @Test("refuses a key that is not known wherever the reader does")
    func unknownKeys() throws {
        var count = 0
        for file in try ExampleTests.policyFiles() {
            for wrong in try tree(file.text).withOneMore("colour") {
                count += 1
                #expect(schema.faults(wrong) != [], "\(wrong.yaml)")
                #expect(!isRead(wrong.yaml), "\(wrong.yaml)")
            }
        }
        #expect(count > 30)
    }

    private static let exempt = "name: e, select: {all: true}, owner: o, expires: 2099-01-01T00:00Z"

    private static func long(_ length: Int) -> String { String(repeating: "x", count: length) }

    @Test(
        "and the reader refuse and take the same",
        arguments: [
            ("policies: []", true), ("exemptions: []", true), ("{}", false), ("policy: []", false),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: exposed}}]", true),
            ("policies: [{name: 7, select: {all: true}, desire: {exposure: exposed}}]", true),
            ("policies: [{name: p, select: {all: false}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {all: true, levels: [1]}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {levels: [65]}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {labels: {a: {in: []}}}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {labels: {a: 7}}, desire: {exposure: exposed}}]", true),
            ("policies: [{name: p, select: {not: {}}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {not: {all: true}}, desire: {exposure: exposed}}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {}}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: true}}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {saved-state: present}}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {startup-memory: 4096}}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {startup-memory: 4 GiB}}]", true),
            ("policies: [{name: p, select: {all: true}}]", false),
            (
                "policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, mode: {corrective: audit}}]",
                false
            ),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, mode: later}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, from: 2027-01-01}]", false),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, from: 2027-01-01T00:00Z}]", true),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, from: 2027-13-01T00:00Z}]", false),
            (
                "policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, from: 2027-01-01T00:00 CET}]",
                false
            ),
            ("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}, grace: 14d}]", false),
            ("policies: [{name: ' ', select: {all: true}, desire: {exposure: hidden}}]", false),
            ("policies: [{name: \(long(128)), select: {all: true}, desire: {exposure: hidden}}]", true),
            ("policies: [{name: \(long(129)), select: {all: true}, desire: {exposure: hidden}}]", false),
            ("policies: [{name: p, select: {all: false, levels: [1]}, desire: {exposure: hidden}}]", true),
            ("policies: [{name: p, select: {labels: {\(long(257)): a}}, desire: {exposure: hidden}}]", false),
            ("policies: [{name: p, select: {paths: [a//b]}, desire: {exposure: hidden}}]", false),
            ("policies: [{name: p, select: {paths: [a/b**]}, desire: {exposure: hidden}}]", false),
            ("policies: [{name: p, select: {paths: [a/**/b*]}, desire: {exposure: hidden}}]", true),
            ("exemptions: [{\(exempt), reason: r, settings: [exposure], accepts: {exposure: hidden}}]", true),
            ("exemptions: [{\(exempt), reason: r, settings: [exposure], accepts: {maximum-vcpus: 2}}]", false),
            ("exemptions: [{\(exempt), reason: \(long(513)), settings: [exposure]}]", false),
        ])
    func sameWord(text: String, isFine: Bool) throws {
        #expect((schema.faults(try tree(text)) == []) == isFine)
        #expect(isRead(text) == isFine)
    }
}
