import FleetDocuments
import Foundation
import NestingModel
import NestingPolicy
import Testing
import YAMLDocument

@Suite("Expectations of policies")
struct ExpectationDocumentTests {
    private static let policies =
        "policies: [{name: p, select: {all: true}, desire: {exposure: exposed}, mode: propose}]\n"

    private func tests(_ text: String, policies: String = policies) throws -> [PolicyExpectation] {
        let report = try ExampleTests.text("policies/tests/reports/rack7.json").text
        return try ExpectationDocument.read([DocumentText(name: "dir/t.yaml", text: text)]) {
            (name, beside) throws(UnreadableText) in
            #expect(beside == "dir/t.yaml")
            let texts = [
                "p.yaml": policies, "r.json": report, "bad.json": "{}", "broken.json": "{",
                "old.json": report.replacingOccurrences(of: "nestor.report/1", with: "nestor.report/0"),
                "word.json": report.replacingOccurrences(of: "\"maximum\": 4\n", with: "\"maximum\": \"four\"\n"),
            ]
            guard let text = texts[name] else { throw UnreadableText("it is not there") }
            return DocumentText(name: "dir/\(name)", text: text)
        }
    }

    private func faults(_ text: String, policies: String = policies) -> [String] {
        do {
            _ = try tests(text, policies: policies)
            return []
        } catch let faults as YAMLFaults {
            return faults.faults.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    private func differences(_ expect: String, host: String = "") throws -> [String] {
        let text = """
            tests:
              - name: t
                policies: [p.yaml]
                at: 2027-01-10T12:00Z
                hosts: [{path: rack7, report: r.json\(host)}]
                expect: {\(expect)}
            """
        return try tests(text).flatMap { $0.differences() }
    }

    private static let l1 = "{path: rack7/build-l1, setting: exposure}"
    private static let l3 = "{path: rack7/build-l3, setting: exposure}"

    @Test(
        "each difference is named",
        arguments: [
            ("findings: [\(l1), \(l3)]", []),
            ("findings: [\(l1)]", ["not expected: drift of exposure at rack7/build-l3: exposure of rack7/build-l3 is"]),
            (
                "findings: [\(l1), \(l3), {path: rack7, kind: host-unread}]", ["missing: host-unread at rack7"]
            ),
            (
                "findings: [\(l1), {path: rack7/build-l3, setting: exposure, mode: enforce, wanted: hidden}]",
                [
                    "drift of exposure at rack7/build-l3: wanted is 'exposed', and 'hidden' was expected",
                    "drift of exposure at rack7/build-l3: mode is 'propose', and 'enforce' was expected",
                ]
            ),
            ("findings: [\(l1), \(l3)], plan: [{path: rack7/build-l1}, {path: rack7/build-l3}]", []),
            (
                "findings: [\(l1), \(l3)], plan: [{path: rack7/build-l1, change: {maximum-vcpus: 4}}, {path: rack7/x}]",
                [
                    "the plan of rack7/build-l1: change is 'virtualization extensions exposed', and 'up to 4 vCPUs' was",
                    "not planned: rack7/x",
                    "planned and not expected: rack7/build-l3: virtualization extensions exposed",
                ]
            ),
        ])
    func named(expect: String, expected: [String]) throws {
        let found = try differences(expect)
        #expect(found.count == expected.count, "\(found)")
        for (sentence, part) in zip(found, expected) { #expect(sentence.hasPrefix(part), "\(sentence)") }
    }

    @Test("a report that is too old, or of a host that could not be read, is judged as a controller would")
    func reading() throws {
        let blocked = try differences("findings: [\(Self.l1), \(Self.l3)], plan: []", host: ", age: 1h")
        #expect(blocked == [])
        #expect(try differences("findings: [{kind: host-unread, path: rack7}]", host: ", state: silent") == [])
    }

    @Test(
        "faults are told with their places, those of the files that are named with their own",
        arguments: [
            (
                "policies: [q.yaml]", "hosts: [{path: rack7, report: r.json}]",
                "dir/t.yaml:3:15: tests[0].policies names \"q.yaml\", which can't be read: it is not there"
            ),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: x.json}]", "names \"x.json\", which can't be read"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: bad.json}]", "which is no report"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: bad.json}]", "no report: schema: is missing"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: broken.json}]", "valid JSON"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: word.json}]", "no report: guests[0].vcpus.maximum: "),
            (
                "policies: [p.yaml]", "hosts: [{path: rack7, report: r.json}, {path: rack7, report: r.json}]",
                "\"rack7\" is taken at dir/t.yaml:5:"
            ),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: old.json}]", "is of schema 'nestor.report/0'"),
            ("policies: [p.yaml]", "hosts: [{path: a//b, report: r.json}]", "a path of names"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: r.json, state: asleep}]", "as unreachable or silent"),
            ("policies: [p.yaml]", "hosts: []", "is an empty list"),
        ])
    func faults(policies: String, hosts: String, part: String) {
        let found = faults(
            "tests:\n  - name: t\n    \(policies)\n    at: 2027-01-10T12:00Z\n    \(hosts)\n    expect: {findings: []}\n"
        )
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(part) == true, "\(found)")
    }

    @Test("a fault of a policy that a test names has that file's place")
    func faultOfPolicy() {
        let text = """
            tests: [{name: t, policies: [p.yaml], at: 2027-01-10T12:00Z, hosts: [{path: rack7, report: r.json}], \
            expect: {findings: []}}]
            """
        let found = faults(text, policies: "policies: [{name: p}]\n")
        #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("dir/p.yaml:1:") }, "\(found)")
        #expect(faults("tests: [{}]\n").count == 5)
    }

    @Test("a test's faults are told at once, also where its time is none")
    func allAtOnce() {
        let found = faults(
            """
            tests:
              - name: t
                policies: [q.yaml]
                at: 2027-01-10
                hosts: [{path: rack7, report: x.json}, {path: a//b, report: old.json}]
                expect: {findings: [{path: rack7, kind: drft}], plan: [{path: a//b}]}
            """)
        #expect(
            found.map { $0.prefix { $0 != " " } }.map { $0.split(separator: ":")[1] } == [
                "3", "4", "5", "5", "5", "6", "6",
            ])
    }

    @Test("a file with policies alone, which often lies beside its tests, is passed over")
    func policiesBeside() throws {
        let files = [Self.policies, "exemptions: []\n"].map { DocumentText(name: "p.yaml", text: $0) }
        #expect(
            try ExpectationDocument.read(files) { (_, _) throws(UnreadableText) in throw UnreadableText("none") }
                .isEmpty)
        #expect(throws: YAMLFaults.self) {
            try ExpectationDocument.read([DocumentText(name: "t.yaml", text: "test: []\npolicies: []\ntests: 3\n")]) {
                (_, _) throws(UnreadableText) in throw UnreadableText("none")
            }
        }
    }
}
