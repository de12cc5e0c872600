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

    @Test("a table's columns stand below each other, whatever alphabet a guest's name is in")
    func wideTable() {
        var table = TextTable("PATH", "STATE")
        for name in ["日本語", "e\u{301}a", "über", "🙂", "한국어-1"] { table.add(.init(name), .init("ok")) }
        #expect(
            table.text(terminal) == """
                PATH      STATE
                日本語    ok
                e\u{301}a        ok
                über      ok
                🙂        ok
                한국어-1  ok
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
            freezes: [
                Freeze(reason: "audit", by: "alice", since: .distantPast),
                Freeze(reason: "move", by: "bob", since: .distantPast, paths: [try path("rack8")]),
            ])
        #expect(
            planText(answer, terminal) == """
                the fleet is frozen: audit (alice)
                rack8 is frozen: move (bob)
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

    @Test("a verification says how far the audit log is whole, and whether an anchored head is in it")
    func verification() {
        let head = AuditHead(number: 7, hash: "abc")
        #expect(
            verificationText(AuditVerification(head: head), terminal) == """
                7 records, each as it was written
                head abc
                """)
        let cut = verificationText(AuditVerification(head: head, expected: "fff"), terminal)
        #expect(cut.contains("no record has the expected head fff: the end was cut off, or the log was written anew"))
        let fault = AuditFault(number: 8, sentence: "record 8 is missing")
        #expect(
            verificationText(AuditVerification(head: head, fault: fault, expected: "fff"), terminal) == """
                wrong from record 8 on: record 8 is missing
                  → somebody wrote into the store by hand; the records before it (7) are as they were written
                the expected head fff is not among them
                """)
    }

    @Test("findings say what time made of them, and what somebody has acknowledged stands apart")
    func findings() throws {
        var contested = try finding("rack7/a", kind: .drift, setting: .exposure, sentence: "it is so")
        contested.recurrence = FindingRecurrence(
            times: 2, lastResolved: .init(timeIntervalSince1970: 0), openedAgain: .init(timeIntervalSince1970: 60))
        contested.firstSeen = .init(timeIntervalSince1970: 0)
        (contested.correctable, contested.mode) = (true, .enforce)
        (contested.cause, contested.modeReason) = (.intended, "policy 'p' is enforce for an intended change")
        contested.contest = FindingContest(
            since: .init(timeIntervalSince1970: 0),
            corrections: [PastCorrection(at: .init(timeIntervalSince1970: 0), remediation: "r1")])
        var seen = try finding("rack7/b", kind: .drift, setting: .exposure, sentence: "that, too")
        seen.firstSeen = .init(timeIntervalSince1970: 0)
        seen.acknowledgement = FindingAcknowledgement(
            by: "alice", at: .init(timeIntervalSince1970: 0), note: "a\u{1B}[2Jb",
            until: .init(timeIntervalSince1970: 60))
        #expect(contested.summary == "drift exposure: hidden, wanted exposed (p), contested")
        #expect(seen.summary == "drift exposure: hidden, wanted exposed (p), acknowledged")
        #expect(
            findingsText([contested, seen], terminal) == """
                PATH     FINDING  SETTING   WANTED   FOUND   POLICY  SEVERITY  STATE
                rack7/a  drift    exposure  exposed  hidden  p       high      open, contested, regressed 2×

                rack7/a: it is so
                  it was resolved at 1970-01-01T00:00:00Z, open again since 1970-01-01T00:01:00Z, first seen \
                1970-01-01T00:00:00Z
                  intended (the policies' doing), mode enforce: policy 'p' is enforce for an intended change
                  contested: it was corrected 1 time since 1970-01-01T00:00:00Z and came back each time: somebody else \
                sets it otherwise, so Nestor leaves it alone
                    1970-01-01T00:00:00Z corrected by remediation r1
                  → find out who sets it, then nestor drift settle drift:rack7/a:exposure
                  id drift:rack7/a:exposure

                Acknowledged
                PATH     FINDING  SETTING   WANTED   FOUND   POLICY  SEVERITY  STATE
                rack7/b  drift    exposure  exposed  hidden  p       high      open

                rack7/b: that, too
                  first seen 1970-01-01T00:00:00Z, corrective (the host's doing), no agent can correct it
                  acknowledged until 1970-01-01T00:01:00Z by alice: a?[2Jb
                  id drift:rack7/b:exposure
                """)
    }

    @Test(
        "a finding says that its correction failed, and whether it is tried again, was given up, or waits for a person")
    func failedCorrections() throws {
        var failed = try finding("rack7/a", kind: .drift, setting: .exposure, sentence: "it is so")
        (failed.correctable, failed.mode) = (true, .enforce)
        failed.failedCorrection = FailedCorrection(
            remediation: "4f1c", sentence: "it does not start\u{1B}", remedy: "look there", failures: 2,
            at: .init(timeIntervalSince1970: 0), nextTry: .init(timeIntervalSince1970: 1_800))
        let told = """
              its correction at 1970-01-01T00:00:00Z failed (remediation 4f1c, the last of 2 that failed): \
            it does not start?
              → look there
            """
        #expect(findingsText([failed], terminal).contains(told + "\n  it is tried again after 1970-01-01T00:30:00Z\n"))
        failed.failedCorrection?.nextTry = nil
        #expect(
            findingsText([failed], terminal).contains(
                told
                    + "\n  it was given up, and is left out until somebody settles it\n  → nestor drift settle rack7/a\n"
            ))
        failed.mode = .propose
        #expect(
            findingsText([failed], terminal).contains(told + "\n  it is not tried again by itself (mode propose)\n"))
    }

    @Test("a history shows what changed from one state to the next")
    func history() throws {
        let a = try path("rack7/a")
        let hidden = GuestSnapshot(guest("a", state: .running, configured: .known(false), live: .known(false)))
        let exposed = GuestSnapshot(guest("a", state: .off, configured: .known(true), live: .absent))
        let drift = try finding("rack7/a", kind: .drift, setting: .exposure, sentence: "")
        let entries = [
            HistoryEntry(.corrected, drift, at: .init(timeIntervalSince1970: 180), remediation: "r1", by: "alice"),
            HistoryEntry(at: .init(timeIntervalSince1970: 120), path: a, kind: .facts, facts: exposed),
            HistoryEntry(.opened, drift, at: .init(timeIntervalSince1970: 60)),
            HistoryEntry(at: .init(timeIntervalSince1970: 0), path: a, kind: .facts, facts: hidden),
        ]
        let lines = historyText(entries, terminal).split(separator: "\n").map(String.init)
        #expect(lines[1].hasSuffix("corrected  exposure: hidden, wanted exposed; remediation r1; by alice"))
        #expect(
            lines[2].hasSuffix(
                "facts      state running → off, exposure hidden → exposed, live exposure hidden → none"))
        #expect(lines[3].hasSuffix("opened     exposure: hidden, wanted exposed"))
        #expect(lines[4].contains("uuid u-a, state running, exposure hidden"))
        #expect(lines[4].contains("memory 1.5 GiB"))
    }

    @Test("an empty plan says so")
    func emptyPlan() {
        let answer = PlanAnswer(plan: Plan(items: [], blocked: [], madeAt: .distantPast), digest: "", freezes: [])
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
