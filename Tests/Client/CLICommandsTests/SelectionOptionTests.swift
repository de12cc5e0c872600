import CommandLineTable
import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

@Suite("What a command is about, as people type it")
struct SelectionOptionTests {
    private func context(_ words: [String]) throws -> CommandContext {
        let outcome = try nestorCommandTable(version: "1").parse(words)
        guard case .run(let parsed) = outcome else { throw CLIFailure(ExitCode.usage, "\(outcome)") }
        return CommandContext(parsed: parsed, environment: [:])
    }

    @Test("is places, labels, a selector in the words of policies, policies and findings together")
    func together() throws {
        let selection = try context([
            "remediate", "rack7", "-l", "site=lab", "--label", "tier=a=b", "--select",
            "guests: [\"ci-*\"]", "--policy", "p", "--finding", "drift:rack7/a:exposure",
        ]).selection()
        #expect(
            selection
                == Selection(
                    paths: [try #require(NodePath("rack7"))],
                    selector: PolicySelector(labels: ["site": "lab", "tier": "a=b"], guests: ["ci-*"]),
                    policies: ["p"], findings: ["drift:rack7/a:exposure"]))
        let braces = try context(["plan", "--select", "{labels: {rack: {in: [r1, r2]}}, not: {levels: [2]}}"])
        #expect(try braces.selector()?.text == "rack in (r1, r2) not (level 2)")
        #expect(try context(["freeze"]).selector() == nil)
    }

    @Test("asks findings for the same, and for settings and how severe they are")
    func drift() throws {
        let context = try context([
            "drift", "-l", "site=lab", "--policy", "p", "--setting", "exposure", "--setting", "autostart", "--severity",
            "high",
        ])
        let query = try driftQuery(context)
        #expect(
            query.dropFirst().map { "\($0.name)=\($0.value)" } == [
                "policy=p", "setting=exposure", "setting=autostart", "severity=high",
            ])
        let selector = try JSONDecoder().decode(PolicySelector.self, from: Data(try #require(query.first).value.utf8))
        #expect(query.first?.name == "selector" && selector == PolicySelector(labels: ["site": "lab"]))
    }

    @Test(
        "is refused where it can't be read, with what may be written",
        arguments: [
            (["--select", "{lables: {a: b}}"], "labels"),
            (["--select", "{}"], "all: true"), (["--select", "{all: true}", "-l", "a=b"], "leave one out"),
            (["--select", "{paths: "], "indentation"), (["--select", "{hosts:[rack7]}"], "a space behind each colon"),
        ])
    func refused(words: [String], remedy: String) throws {
        let context = try context(["plan"] + words)
        let failure = #expect(throws: CLIFailure.self) { try context.selector() }
        #expect(failure?.exitCode == ExitCode.usage && failure?.remedy.contains(remedy) == true)
    }

    @Test("a number of records is one that there can be", arguments: ["0", "-3", "1001", "x"])
    func counts(text: String) throws {
        let context = try context(["audit", "--limit=\(text)"])
        #expect(throws: CLIFailure.self) { try context.count("limit", upTo: 1_000, remedy: "") }
    }

    @Test("a head of the audit log is taken as it was kept: alone, or as --head prints it")
    func heads() throws {
        let hash = String(repeating: "0a", count: 32)
        for text in [hash, "12 \(hash)", "12 \(hash)\n"] {
            #expect(try context(["audit", "verify", "--expect-head", text]).keptHead() == hash)
        }
        for text in ["12", "x \(hash)", "\(hash)0", "1 2 \(hash)"] {
            let context = try context(["audit", "verify", "--expect-head=\(text)"])
            #expect(throws: CLIFailure.self) { try context.keptHead() }
        }
    }
}
