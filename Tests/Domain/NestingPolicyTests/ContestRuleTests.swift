import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

@Suite struct ContestRuleTests {
    private let rule = ContestRule(after: 3, within: 3_600)
    private static let path = Sample.path("r/a")

    private func finding(_ change: (inout Finding) -> Void = { _ in }) -> Finding {
        var finding = Finding(
            kind: .drift, path: Self.path, setting: .exposure, desired: "hidden", observed: "exposed",
            severity: .medium, policy: "p", sentence: "s", remedy: "", correctable: true, firstSeen: Sample.now,
            lastSeen: Sample.now)
        change(&finding)
        return finding
    }

    private func entry(_ kind: HistoryKind, _ secondsAgo: TimeInterval, setting: Setting = .exposure) -> HistoryEntry {
        HistoryEntry(
            at: Sample.now.addingTimeInterval(-secondsAgo), path: Self.path, kind: kind, setting: setting,
            desired: "hidden", remediation: "\(Int(secondsAgo))")
    }

    @Test("A setting that came back after so many corrections is contested, and names them")
    func contested() {
        let history = [entry(.corrected, 300), entry(.corrected, 200), entry(.corrected, 100)]
        let contest = rule.contest(finding(), history: history, now: Sample.now)
        #expect(contest?.corrections.map(\.remediation) == ["300", "200", "100"])
        #expect(contest?.since == Sample.now)
        #expect(contest?.sentence.contains("corrected 3 times") == true)
    }

    @Test(
        "Fewer corrections, older ones, those of other settings and wishes, and those before a person's word do not count"
    )
    func free() {
        let three = [entry(.corrected, 300), entry(.corrected, 200), entry(.corrected, 100)]
        #expect(rule.contest(finding(), history: Array(three.dropFirst()), now: Sample.now) == nil)
        #expect(
            rule.contest(finding(), history: [entry(.corrected, 3_600)] + three.dropFirst(), now: Sample.now) == nil)
        #expect(
            rule.contest(
                finding(), history: [entry(.corrected, 300, setting: .startupMemory)] + three.dropFirst(),
                now: Sample.now) == nil)
        #expect(rule.contest(finding { $0.desired = "exposed" }, history: three, now: Sample.now) == nil)
        #expect(rule.contest(finding(), history: three + [entry(.settled, 50)], now: Sample.now) == nil)
        #expect(rule.contest(finding { $0.state = .stale }, history: three, now: Sample.now) == nil)
        #expect(rule.contest(finding { $0.correctable = false }, history: three, now: Sample.now) == nil)
    }

    @Test("One that is contested stays so, however long ago it was corrected")
    func stays() {
        let old = FindingContest(since: Sample.now, corrections: [])
        #expect(rule.contest(finding { $0.contest = old }, history: [], now: Sample.now) == old)
    }

    @Test("A plan leaves a contested setting alone and says how to go on, and corrects what else is wrong there")
    func planned() throws {
        let policies = [Sample.policy("p", DesiredSettings(exposure: false, maximumVCPUs: 4))]
        let joined = NestingTree.join([Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2)])])
        var findings = PolicyEngine(policies).evaluate(joined, now: Sample.now)
        let index = try #require(findings.firstIndex { $0.setting == .exposure })
        findings[index].contest = FindingContest(
            since: Sample.now, corrections: [PastCorrection(at: Sample.now, remediation: "r1")])
        for modes: Set<PolicyMode> in [[.propose, .enforce], [.propose]] {
            let plan = Planner.plan(joined.tree, findings: findings, policies: policies, modes: modes, now: Sample.now)
            #expect(plan.items.map(\.change) == [GuestChange(maximumVCPUs: 4)])
            let block = try #require(plan.blocked.first)
            #expect(block.code == "contested")
            #expect(block.remedy.contains("nestor drift settle drift:r/a:exposure"))
        }
        // The engine keeps it from one evaluation to the next.
        let next = PolicyEngine(policies).evaluate(joined, previous: findings, now: Sample.now)
        #expect(next.first { $0.setting == .exposure }?.contest != nil)
    }
}
