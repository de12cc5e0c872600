import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import CLICommands

@Suite("What people read")
struct RenderingTests {
    private let terminal = Terminal(environment: ["NO_COLOR": "1"])

    private func path(_ text: String) throws -> NodePath { try #require(NodePath(text)) }

    private func guest(_ name: String, state: GuestState, configured: Fact<Bool>, live: Fact<Bool>) -> GuestReport {
        GuestReport(
            uuid: "u-\(name)", name: name, state: state, run: .absent, persistent: .known(true), engine: .known(.kvm),
            owner: .absent, vcpus: VCPUFacts(current: .known(1), maximum: .known(2)),
            memory: MemoryFacts(
                startup: .known(3 << 29), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: configured, live: live, mechanism: .absent, inUse: .absent, nestedRuns: .absent),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
            onPowerOff: .absent, definitionDigest: .known("d"))
    }

    private func finding(_ place: String, kind: FindingKind, setting: Setting?, sentence: String) throws -> Finding {
        Finding(
            kind: kind, path: try path(place), setting: setting, desired: setting == nil ? "" : "exposed",
            observed: setting == nil ? "" : "hidden", severity: .high, policy: "p", sentence: sentence, remedy: "",
            firstSeen: .distantPast, lastSeen: .distantPast)
    }

    @Test("a table's columns fit their widest cell, and no line ends in blanks")
    func table() {
        var table = TextTable("PATH", "STATE", "SAID")
        table.add(.init("rack7"), .init("ok"), .init(""))
        table.add(.init("rack7/build-l1"), .init("silent", .red), .init("a\u{1B}[31mb\nc\u{202E}d"))
        #expect(
            table.text(terminal) == """
                PATH            STATE   SAID
                rack7           ok
                rack7/build-l1  silent  a?[31mb?c?d
                """)
    }

    @Test("the tree shows hosts, guests, what differs from what runs, and what is wrong below its node")
    func tree() throws {
        let inner = TreeNode(
            path: try path("rack7/build/inner"),
            guest: guest("inner", state: .off, configured: .known(false), live: .absent))
        let build = TreeNode(
            path: try path("rack7/build"),
            guest: guest("build", state: .running, configured: .known(true), live: .known(false)), children: [inner])
        let odd = TreeNode(
            path: try path("rack7/odd"),
            guest: guest("odd", state: .off, configured: .unknown("XML\u{1B}[2J broken"), live: .absent))
        let tree = NestingTree(roots: [TreeNode(path: try path("rack7"), children: [build, odd])])
        let text = TreeText(
            terminal: terminal,
            findings: [
                try finding("rack7/build", kind: .drift, setting: .exposure, sentence: ""),
                try finding("rack7/odd", kind: .unknown, setting: nil, sentence: "can't tell\u{7}"),
            ])
        #expect(
            text.lines(tree) == [
                "rack7  ",
                "├─ build  running, nesting exposed (live: hidden, restart needed), 1 vCPU, 1.5 GiB, kvm",
                "│  │ ! drift exposure: hidden, wanted exposed (p)",
                "│  └─ inner  off, nesting hidden, 1 vCPU, 1.5 GiB, kvm",
                "└─ odd  off, nesting unknown (XML?[2J broken), 1 vCPU, 1.5 GiB, kvm",
                "     ! unknown: can't tell?",
            ])
    }

    @Test("a plan shows its change, what it disturbs, its steps, and what it can't do and why")
    func plan() throws {
        let item = PlanItem(
            path: try path("rack7/build"), host: try path("rack7"), uuid: "u",
            change: GuestChange(exposure: true, startupMemory: 4 << 30), definitionDigest: "d", findings: [],
            policies: ["builders\u{1B}]0;x"], disruption: .guestRestart, blastRadius: [try path("rack7/build/inner")],
            blastRadiusUnknown: false, nestingInUse: true, drains: [], verifyInside: nil, rules: DisruptionRules(),
            steps: ["shut 'inner' down", "set 'build'"])
        let block = PlanBlock(
            path: try path("rack7/odd"), finding: "f", code: "unknown", sentence: "its exposure\u{85} is not known",
            remedy: "look at it")
        let answer = PlanAnswer(
            plan: Plan(items: [item], blocked: [block], madeAt: .distantPast), digest: "d",
            freeze: Freeze(reason: "audit", by: "alice", since: .distantPast))
        #expect(
            planText(answer, terminal) == """
                the fleet is frozen: audit (alice)
                1. rack7/build  expose nesting, startup memory 4 GiB  (builders?]0;x)
                   disruption: guest-restart, nesting is in use
                   blast radius: the guest itself, rack7/build/inner
                   1) shut 'inner' down
                   2) set 'build'
                Not in the plan
                   rack7/odd: its exposure? is not known
                     → look at it
                """)
    }

    @Test("an empty plan says so")
    func emptyPlan() {
        let answer = PlanAnswer(plan: Plan(items: [], blocked: [], madeAt: .distantPast), digest: "", freeze: nil)
        #expect(planText(answer, terminal) == "nothing to correct")
    }

    @Test(
        "sizes are as people write them",
        arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536 << 20, "1.5 GiB"), (4 << 30, "4 GiB")]
            as [(Int64, String)])
    func sizes(count: Int64, text: String) {
        #expect(bytes(count) == text)
    }

    @Test("JSON has the same text in it, and nothing that a terminal obeys or that reorders a line")
    func json() throws {
        let hostile = ["name": "a\u{9B}31m\u{202E}b\u{7F}\u{2028}\u{E0001}é"]
        let text = try JSONText.pretty(hostile)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "é" || (0x20...0x7E).contains($0.value) })
        #expect(try JSONText.decoder().decode([String: String].self, from: Data(text.utf8)) == hostile)
    }

    @Test("every failure has the API's shape for programs, with a code for what the command found by itself")
    func failures() {
        #expect(CLIFailure(ExitCode.unreachable, "a", remedy: "b").asAPIError.code == "controller-unreachable")
        let api = APIError(code: "frozen", sentence: "s")
        #expect(CLIFailure(api, status: 409).asAPIError == api)
    }
}
