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
        return try ExpectationDocument.read([DocumentText(name: "dir/t.yaml", text: text)]) { name, beside in
            #expect(beside == "dir/t.yaml")
            return switch name {
            case "p.yaml": policies
            case "r.json": report
            case "bad.json": "{}"
            case "old.json": report.replacingOccurrences(of: "nestor.report/1", with: "nestor.report/0")
            default: nil
            }
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
                "dir/t.yaml:3:15: tests[0].policies names 'q.yaml'"
            ),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: x.json}]", "names 'x.json', which can't be read"),
            ("policies: [p.yaml]", "hosts: [{path: rack7, report: bad.json}]", "which is no report"),
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
        #expect(faults(text, policies: "policies: [{name: p}]\n").allSatisfy { $0.hasPrefix("p.yaml:1:") })
        #expect(faults("tests: [{}]\n").count == 5)
    }
}
