import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

@Suite struct UnusedExposureTests {
    private static let since = Sample.now.addingTimeInterval(-20 * 86_400)

    private func findings(
        _ policies: [Policy] = [], previous: [Finding] = [], state: GuestState = .running, exposed: Bool = true,
        host: HostState = .ok, _ change: (inout GuestReport) -> Void = { _ in }
    ) -> [Finding] {
        let guest = Sample.guest("a", uuid: 2, state: state, exposed: exposed, change)
        return PolicyEngine(policies).evaluate(
            NestingTree.join([Sample.host("r", uuid: 1, state: host, guests: [guest])]), previous: previous,
            unusedExposure: [Sample.path("r/a"): Self.since], now: Sample.now
        ).filter { $0.kind == .unusedExposure }
    }

    @Test("A guest that is exposed and ran no guest for long is a suggestion that nobody corrects")
    func found() throws {
        let finding = try #require(findings().first)
        #expect(finding.severity == .info)
        #expect(!finding.correctable && !finding.countsAsDrift)
        #expect(finding.sentence.contains("2026-12-26"))
        #expect(finding.remedy.contains("exposure: hidden"))
        #expect(findings(state: .off).count == 1)
    }

    @Test("One that a policy exposes names that policy, and one that a policy hides has drift already")
    func policies() {
        let exposes = Sample.policy("builders", DesiredSettings(exposure: true))
        #expect(findings([exposes]).first?.remedy.contains("'builders'") == true)
        #expect(findings([Sample.policy("hide", DesiredSettings(exposure: false))]).isEmpty)
    }

    @Test("One that runs a guest, is hidden, or does not run under KVM is none")
    func none() {
        #expect(findings { $0.exposure.inUse = .known(true) }.isEmpty)
        #expect(findings(exposed: false).isEmpty)
        #expect(findings { $0.engine = .known(.qemu) }.isEmpty)
        #expect(findings { $0.engine = .unknown("?") }.isEmpty)
    }

    @Test("What can't be told opens none, and leaves one that was found stale")
    func unknown() {
        let before = findings()
        #expect(findings { $0.exposure.inUse = .unknown("no statistics") }.isEmpty)
        #expect(
            findings(previous: before) { $0.exposure.inUse = .unknown("no statistics") }.map(\.state) == [.stale])
        #expect(findings(previous: before, host: .unreachable).map(\.state) == [.stale])
        #expect(findings(previous: before) { $0.exposure.inUse = .known(true) }.map(\.state) == [.resolved])
    }

    @Test("A plan neither corrects it nor counts it among what it can't do")
    func plan() {
        let joined = NestingTree.join([Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2)])])
        let plan = Planner.plan(joined.tree, findings: findings(), policies: [], now: Sample.now)
        #expect(plan.items.isEmpty && plan.blocked.isEmpty)
    }
}
