import FleetDocuments
import Foundation
import NestingModel
import NestorTestKit
import Testing
import YAMLDocument

/// Thousands of documents that are wrong somewhere: a schema refuses nothing that its reader takes, and what a reader
/// refuses its schema does, but for what no schema can tell.
@Suite("A schema and its reader")
struct SchemaAgainstReaderTests {
    /// How the faults read that only a reader finds: what the calendar or the database of zones knows, sums, what stands
    /// elsewhere, and how long a time or how large a size is.
    private static let beyondSchemas = [
        "is taken at", "both decide", "disagree", "contradict", "that no calendar has", "which does not exist", "skips",
        "write a whole number with its unit", "write a day of the calendar", "is longer than the week",
        "write a name of the time-zone database", "deep", "which is no report",
        // Letters that act on a reader or a terminal, and lengths in bytes: a pattern would be a page long.
        "\\u{2028}", "\u{FC}\u{FC}",
    ]

    private func compare(
        _ examples: [YAMLValue], _ schema: SchemaCheck, seed: UInt64, _ read: (String) -> [YAMLFault]
    ) throws {
        let keys = examples.flatMap(\.keys)
        var dice = SeededGenerator(seed: seed)
        var (taken, refused) = (0, 0)
        for number in 0..<800 {
            var document = try #require(examples.randomElement(using: &dice))
            for _ in 0...Int.random(in: 0...1, using: &dice) { document = document.spoilt(keys, &dice) }
            let text = document.yaml
            let tree = try YAMLDocument.parse(text, file: "f").plain
            let (faults, said) = (read(text), schema.faults(tree))
            if faults.isEmpty { taken += 1 } else { refused += 1 }
            if faults.isEmpty {
                #expect(said == [], "seed \(seed), \(number): the schema alone refuses\n\(text)")
            } else if said == [] {
                let known = faults.filter { fault in
                    Self.beyondSchemas.contains { "\(fault.sentence); \(fault.remedy)".contains($0) }
                }
                #expect(known == faults, "seed \(seed), \(number): the schema takes\n\(text)")
            }
        }
        #expect(taken > 10 && refused > 400, "chance made \(taken) and \(refused)")
    }

    private func faults(_ read: () throws(YAMLFaults) -> Void) -> [YAMLFault] {
        do throws(YAMLFaults) {
            try read()
            return []
        } catch {
            return error.faults
        }
    }

    private func tree(_ text: String) throws -> YAMLValue { try YAMLDocument.parse(text, file: "f").plain }

    /// Every word that a policy file has.
    private static let everything = """
        policies:
          - name: p
            priority: 7
            select:
              paths: ["rack7/**"]
              labels: {site: lab, gpu: {in: [a, b], not-in: [c]}, old: {exists: false}}
              platforms: [linux]
              levels: [0, 1]
              guests: ["build-*"]
              uuids: [6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e]
              not: [{levels: [2]}, {not: {paths: [rack8]}}]
            desire: {exposure: hidden, startup-memory: 4GiB, dynamic-memory: false, maximum-vcpus: 4,
              mac-spoofing: blocked, saved-state: none, host-nesting: "off"}
            mode: {corrective: enforce, intended: propose}
            modes: [{select: {levels: [1]}, mode: audit, reason: r}]
            from: 2027-01-31T18:00 Europe/Berlin
            grace: 14d
            severity: high
            disruption: {restart: allowed, drain: forbidden, shutdown-deadline: 120s, report-age: 1h,
              drop-saved-state: true, cut-power: false, correct-owned: [proxmox]}
        exemptions:
          - {name: e, select: {all: true}, settings: [exposure, maximum-vcpus], accepts: {maximum-vcpus: 2}, owner: o,
             reason: r, expires: 2027-01-31T18:00Z}
        """

    @Test("of policies and exemptions agree", arguments: [1, 2, 3, 4] as [UInt64])
    func policies(seed: UInt64) throws {
        let examples = try ExampleTests.policyFiles().map { try tree($0.text) } + [try tree(Self.everything)]
        try compare(examples, try SchemaCheck(PolicySchema.json), seed: seed) { text in
            faults { () throws(YAMLFaults) in _ = try PolicyDocument.read([DocumentText(name: "f", text: text)]) }
        }
    }

    @Test("of windows agree", arguments: [1, 2] as [UInt64])
    func windows(seed: UInt64) throws {
        let examples = [try tree(try ExampleTests.text("windows.yaml").text)]
        try compare(examples, try SchemaCheck(WindowSchema.json), seed: seed) { text in
            faults { () throws(YAMLFaults) in
                _ = try WindowDocument.read([DocumentText(name: "f", text: text)]) { zone in
                    ["UTC", "Etc/UTC", "Europe/Berlin"].contains(zone)
                }
            }
        }
    }
    /// Every word that an expectation file has.
    private static let expectation = """
        tests:
          - name: t
            policies: [p.yaml]
            at: 2027-01-31T18:00 Europe/Berlin
            hosts:
              - {path: rack7, labels: {site: lab}, report: r.json, age: 5m, state: unreachable}
              - {path: rack7/build-l1, report: r.json}
            expect:
              findings:
                - {kind: drift, path: rack7/build-l1, setting: exposure, wanted: exposed, found: hidden, policy: p,
                   mode: propose, state: open, severity: high, exemption: e}
              plan:
                - {path: rack7/build-l1, change: {exposure: exposed, startup-memory: 4GiB, maximum-vcpus: 2,
                   dynamic-memory: false}, disruption: guest-restart, inside: [rack7/build-l1/inner]}
        """

    @Test("of expectations agree", arguments: [1, 2, 3] as [UInt64])
    func expectations(seed: UInt64) throws {
        let report = try ExampleTests.text("policies/tests/reports/rack7.json").text
        let examples = [
            try tree(try ExampleTests.text("policies/tests/builders.yaml").text), try tree(Self.expectation),
        ]
        try compare(examples, try SchemaCheck(ExpectationSchema.json), seed: seed) { text in
            faults { () throws(YAMLFaults) in
                _ = try ExpectationDocument.read([DocumentText(name: "f", text: text)]) {
                    (name, _) throws(UnreadableText) in
                    DocumentText(name: name, text: name.hasSuffix(".json") ? report : "policies: []")
                }
            }
        }
    }
}
