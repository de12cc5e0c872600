import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

@Suite("The commands about policies")
struct PolicyCommandTests {
    private let terminal = Terminal(environment: ["NO_COLOR": "1"])
    private static let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")

    private func run(_ words: String...) async -> Int32 {
        // No controller is anywhere near.
        await NestorProgram.run(words + ["--socket", "/nowhere/nestord.sock"], environment: [:], version: "0.1.0")
    }

    /// A folder with the example's files, and one expectation file of the test's own.
    private func folder(_ text: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nestor-tests-\(UUID())")
        try FileManager.default.copyItem(at: Self.config.appending(path: "policies"), to: folder)
        try text.write(to: folder.appending(path: "tests/builders.yaml"), atomically: true, encoding: .utf8)
        return folder
    }

    @Test("'policy test' needs no controller: 0 where all is as expected, 2 where it differs, 4 where a file is wrong")
    func test() async throws {
        #expect(await run("policy", "test", Self.config.appending(path: "policies/tests").path) == ExitCode.inLine)
        let text = try String(contentsOf: Self.config.appending(path: "policies/tests/builders.yaml"), encoding: .utf8)
        for (old, new, code) in [
            ("mode: propose", "mode: enforce", ExitCode.drift), ("mode: propose", "mod: propose", ExitCode.refused),
        ] {
            let folder = try folder(text.replacingOccurrences(of: old, with: new))
            defer { try? FileManager.default.removeItem(at: folder) }
            #expect(await run("policy", "test", folder.appending(path: "tests").path) == code)
            #expect(await run("policy", "test", folder.appending(path: "tests").path, "-o", "json") == code)
        }
        #expect(await run("policy", "test", "/nowhere") == ExitCode.failed)
    }

    @Test("the schemas need no controller either", arguments: ["policy", "window", "report"])
    func schema(of documents: String) async {
        #expect(await run(documents, "schema") == ExitCode.inLine)
    }

    @Test("an exemption of a finding needs its words, and its words need it")
    func adopting() async {
        for words in [
            ["--exempt"], ["--exempt", "--owner", "o", "--reason", "r"], ["--owner", "o"],
            ["--exempt", "--owner", "o", "--reason", "", "--until", "7d"],
            ["--exempt", "--owner", "o", "--reason", "r", "--until", "soon"],
        ] {
            let code = await NestorProgram.run(
                ["drift", "adopt", "rack7/a"] + words, environment: ["HOME": "/nowhere"], version: "0.1.0")
            #expect(code == ExitCode.usage, "\(words)")
        }
        for end in ["7d", "2030-01-01", "2030-01-01T18:00 Europe/Berlin"] {
            let words = ["drift", "adopt", "a", "--exempt", "--owner", "o", "--reason", "r", "--until", end]
            #expect(
                await NestorProgram.run(
                    words + ["--socket", "/nowhere/nestord.sock"], environment: [:], version: "0.1.0")
                    == ExitCode.unreachable)
        }
    }

    @Test("a preview is of files or of a revision, and not of both")
    func previews() async {
        for words in [[], ["--revision", "x"], ["--revision", "1", "-f", "p.yaml"], ["--revision", "1", "--prune"]] {
            let code = await NestorProgram.run(
                ["policy", "preview"] + words, environment: ["HOME": "/nowhere"], version: "0.1.0")
            #expect(code == ExitCode.usage, "\(words)")
        }
        #expect(await run("policy", "preview", "--revision", "1") == ExitCode.unreachable)
    }

    @Test("a revision is a number")
    func revisions() async {
        for words in [["policy", "diff", "x"], ["policy", "diff", "1", "x"], ["policy", "rollback", "-1"]] {
            let code = await NestorProgram.run(words, environment: ["HOME": "/nowhere"], version: "0.1.0")
            #expect(code == ExitCode.usage, "\(words)")
        }
    }

    @Test("a selector is one line, whatever it asks for")
    func selector() {
        let selector = PolicySelector(
            paths: ["r/**"], labels: ["site": "lab"],
            labelRules: [
                LabelRule("a", .isOneOf, ["x", "y"]), LabelRule("b", .isNoneOf, ["z"]), LabelRule("c", .exists),
                LabelRule("d", .isMissing),
            ], platforms: [PlatformWord("linux")], levels: [1], guests: ["g"],
            not: [PolicySelector(guests: ["t*"])])
        #expect(
            selectorText(selector)
                == "r/** site=lab a in (x, y) b not in (z) has c lacks d platform linux level 1 guest g not (guest t*)")
    }

    @Test("an explanation tells who decides, who loses, the mode and the exemption, and shows nothing of a terminal's")
    func explanation() throws {
        let exemption = Exemption(
            name: "e", selector: PolicySelector(all: true), settings: [.exposure], owner: "alice",
            reason: "old\u{1B}[2J",
            expires: Moment(.distantFuture, "2027-01-31T18:00 Europe/Berlin"))
        let setting = SettingExplanation(
            setting: .exposure, wanted: "hidden", observed: "exposed", standing: .exempted,
            decider: PolicyVoice(
                policy: "top", priority: 5, place: "a.yaml:2", wants: "hidden", reason: "priority 5 is the highest"),
            others: [
                PolicyVoice(
                    policy: "low", priority: 0, place: "", wants: "exposed", reason: "priority 0 is below 5")
            ], mode: ExplainedMode(.enforce, reason: "the mode of policy 'top'"),
            intendedMode: ExplainedMode(.propose, reason: "policy 'top' is propose for an intended change"),
            exemption: FindingExemption(exemption))
        let path = try #require(NodePath("rack7/a"))
        let text = explanationText(
            PolicyExplanation(
                path: path, level: 1, guest: "a", uuid: nil, labels: ["site": "lab"], platform: "linux-x86_64",
                settings: [setting]), terminal)
        #expect(
            text == """
                rack7/a  level 1, site=lab, guest a, platform linux-x86_64

                exposure: is exposed, wanted hidden: exempted
                  decides:  top (a.yaml:2) wants hidden: priority 5 is the highest
                  loses:    low wants exposed: priority 0 is below 5
                  mode:     enforce: the mode of policy 'top'
                  intended: propose: policy 'top' is propose for an intended change
                  exempted by 'e' until 2027-01-31T18:00 Europe/Berlin (alice: old?[2J)
                """)
    }

    @Test("the plan of a preview is the whole fleet's, and its title says what of it the change brings about")
    func previewTitle() throws {
        func path(_ name: String) throws -> NodePath { try #require(NodePath("r/\(name)")) }
        func item(_ name: String) throws -> PlanItem {
            let path = try path(name)
            return PlanItem(
                path: path, host: try #require(path.parent), uuid: "", change: GuestChange(exposure: true),
                definitionDigest: "", findings: [Finding.id(.drift, path, .exposure)], policies: ["p"],
                disruption: .none, blastRadius: [], blastRadiusUnknown: false, nestingInUse: nil, drains: [],
                verifyInside: nil, rules: DisruptionRules(), steps: [])
        }
        let opened = Finding(
            kind: .drift, path: try path("a"), setting: .exposure, severity: .low, sentence: "s", remedy: "r",
            firstSeen: Date(timeIntervalSince1970: 0), lastSeen: Date(timeIntervalSince1970: 0))
        let answer = PreviewAnswer(
            opens: [opened], closes: [],
            plan: Plan(items: [try item("a"), try item("b")], blocked: [], madeAt: opened.firstSeen), warnings: [])
        #expect(planTitle(answer) == "The fleet's whole plan as it would be then, 1 of 2 by this change")
    }
}
