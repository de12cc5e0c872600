import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// What becomes of findings from one evaluation to the next.
@Suite struct FindingHistoryTests {
    private let later = Sample.now.addingTimeInterval(60)
    private let hidden = PolicyEngine([Sample.policy("p", DesiredSettings(exposure: false, hostNesting: false))])

    /// `r` with the guest `a`, a host with the guest `c`; all expose, so that five things drift.
    private func fleet(
        root: HostState = .ok, inner: HostState = .ok, exposed: Bool = true,
        _ change: (inout [HostView]) -> Void = { _ in }
    ) -> JoinResult {
        var hosts = [
            Sample.host("r", uuid: 1, state: root, guests: [Sample.guest("a", uuid: 2, exposed: exposed)]),
            Sample.host("r/a", uuid: 2, state: inner, guests: [Sample.guest("c", uuid: 4, exposed: exposed)]) {
                if !exposed { $0.cpu.extension = .known(.none) }
            },
        ]
        change(&hosts)
        return NestingTree.join(hosts)
    }

    private func states(_ findings: [Finding]) -> [String: FindingState] {
        Dictionary(uniqueKeysWithValues: findings.map { ($0.id, $0.state) })
    }

    @Test("A finding that persists keeps its first day")
    func persists() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        #expect(first.count == 4)
        let second = hidden.evaluate(fleet(), previous: first, now: later)
        #expect(Set(second.map(\.firstSeen)) == [Sample.now])
        #expect(Set(second.map(\.lastSeen)) == [later])
    }

    @Test("A finding that ended is resolved once, and opens anew when it comes back")
    func resolves() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = hidden.evaluate(fleet(exposed: false), previous: first, now: later)
        #expect(states(second)["drift:r/a:exposure"] == .resolved)
        #expect(states(second)["drift:r/a/c:exposure"] == .resolved)
        let third = hidden.evaluate(fleet(exposed: false), previous: second, now: later)
        #expect(third.allSatisfy { $0.state == .open && $0.setting == .hostNesting })
        let fourth = hidden.evaluate(fleet(), previous: second, now: later)
        #expect(fourth.first { $0.id == "drift:r/a:exposure" }?.firstSeen == later)
    }

    @Test("Findings of a host that can't be read become stale; those that another host's report shows do not")
    func staleByHost() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = states(hidden.evaluate(fleet(inner: .unreachable), previous: first, now: later))
        #expect(
            second == [
                "drift:r:host-nesting": .open, "drift:r/a:exposure": .open, "drift:r/a:host-nesting": .stale,
                "drift:r/a/c:exposure": .stale, "host-unread:r/a": .open,
            ])
        let third = states(hidden.evaluate(fleet(root: .silent, exposed: false), previous: first, now: later))
        #expect(
            third == [
                "drift:r:host-nesting": .stale, "drift:r/a:exposure": .stale, "drift:r/a:host-nesting": .open,
                "drift:r/a/c:exposure": .resolved, "host-unread:r": .open,
            ])
    }

    @Test("A stale finding opens again with its first day once its host is read")
    func staleAndBack() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = hidden.evaluate(fleet(root: .unreachable, inner: .unreachable), previous: first, now: later)
        #expect(second.filter { $0.state == .stale }.count == 4)
        let third = hidden.evaluate(fleet(), previous: second, now: later)
        #expect(third.filter { $0.state == .open }.map(\.firstSeen) == Array(repeating: Sample.now, count: 4))
        #expect(third.filter { $0.state == .resolved }.allSatisfy { $0.kind == .hostUnread })
    }

    @Test("An unknown fact makes drift stale, and never resolves it")
    func unknownFact() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = states(
            hidden.evaluate(
                fleet { hosts in
                    hosts[0].report?.guests = .known([
                        Sample.guest("a", uuid: 2) { $0.exposure.configured = .unknown("no capabilities") }
                    ])
                }, previous: first, now: later))
        #expect(second["drift:r/a:exposure"] == .stale)
        #expect(second["unreadable:r/a:exposure"] == .open)
    }

    @Test("Guests that can't be listed are no guests that are gone")
    func unlisted() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = states(
            hidden.evaluate(
                fleet { $0[0].report?.guests = .unknown("libvirt does not answer") }, previous: first, now: later))
        #expect(second["drift:r/a:exposure"] == .stale)
        #expect(second["unreadable:r"] == .open)
        let gone = states(hidden.evaluate(fleet { $0[0].report?.guests = .known([]) }, previous: first, now: later))
        #expect(gone["drift:r/a:exposure"] == .resolved)
    }

    @Test("The report of a machine that claims another uuid neither opens nor resolves anything")
    func impostor() {
        let first = hidden.evaluate(fleet(), now: Sample.now)
        let second = states(
            hidden.evaluate(
                fleet(exposed: false) { $0[1].report?.host.smbiosUUID = .known(Sample.uuid(77)) }, previous: first,
                now: later))
        #expect(second["drift:r/a/c:exposure"] == .stale)
        #expect(second["uuid-false-claim:r/a"] == .open)
        #expect(second["host-unread:r/a"] == nil)
    }

    @Test("A clone seen before stays as stale while one of its hosts can't be read")
    func staleClone() {
        func fleet(_ state: HostState) -> JoinResult {
            NestingTree.join([
                Sample.host("a", uuid: 1, state: state, guests: [Sample.guest("v", uuid: 9)]),
                Sample.host("b", uuid: 2, guests: [Sample.guest("v", uuid: 9)]),
            ])
        }
        let engine = PolicyEngine([])
        let first = engine.evaluate(fleet(.ok), now: Sample.now)
        #expect(first.map(\.id) == ["uuid-clone:a/v", "uuid-clone:b/v"])
        let second = states(engine.evaluate(fleet(.unreachable), previous: first, now: later))
        #expect(second["uuid-clone:a/v"] == .stale && second["uuid-clone:b/v"] == .stale)
        #expect(engine.evaluate(fleet(.unreachable), now: later).map(\.kind) == [.hostUnread])
    }

    /// What was wanted before, everywhere.
    private func before(_ policies: [Policy], at time: Date = Sample.now) -> EarlierJudgements {
        EarlierJudgements(all: EarlierJudgement(policies, at: time))
    }

    @Test("New drift from what is newly wanted is intended, any other is corrective, and each keeps its cause")
    func cause() {
        let first = hidden.evaluate(fleet(), earlier: before([]), now: Sample.now)
        #expect(Set(first.map(\.cause)) == [.intended])
        let second = hidden.evaluate(fleet(), previous: first, now: later)
        #expect(Set(second.map(\.cause)) == [.intended])
        let same = [Sample.policy("other-name", priority: 4, DesiredSettings(exposure: false, hostNesting: false))]
        #expect(Set(hidden.evaluate(fleet(), earlier: before(same), now: later).map(\.cause)) == [.corrective])
    }

    @Test("Drift from a lower policy is intended where the one above it was taken away")
    func causeOfRemoval() {
        let engine = PolicyEngine([Sample.policy("low", DesiredSettings(exposure: false))])
        let both = [
            Sample.policy("low", DesiredSettings(exposure: false)),
            Sample.policy("high", priority: 9, DesiredSettings(exposure: true)),
        ]
        let found = engine.evaluate(fleet(), earlier: before(both), now: later)
        #expect(Set(found.map(\.cause)) == [.intended])
    }

    @Test("Standing drift becomes intended only where the policy's change is about it")
    func causeOfStanding() {
        func policies(_ memory: Int64, _ mode: PolicyMode = .propose) -> [Policy] {
            [Sample.policy("p", mode: mode, DesiredSettings(startupMemory: memory))]
        }
        let old = policies(8 << 30)
        let first = PolicyEngine(old).evaluate(fleet(), now: Sample.now)
        let mode = PolicyEngine(policies(8 << 30, .audit)).evaluate(
            fleet(), previous: first, earlier: before(old), now: later)
        #expect(Set(mode.map(\.cause)) == [.corrective])
        let size = PolicyEngine(policies(16 << 30)).evaluate(
            fleet(), previous: first, earlier: before(old), now: later)
        #expect(Set(size.map(\.cause)) == [.intended])
    }

    @Test("A host is held against what it was judged by itself, and not against what the others were")
    func causeByHost() {
        let now = [Sample.policy("p", DesiredSettings(exposure: false))]
        let earlier = EarlierJudgements(byHost: [Sample.path("r/a"): EarlierJudgement([], at: Sample.now)])
        let found = PolicyEngine(now).evaluate(fleet(), earlier: earlier, now: later)
        let causes = Dictionary(uniqueKeysWithValues: found.map { ($0.path.description, $0.cause) })
        #expect(causes == ["r/a": .corrective, "r/a/c": .intended])
    }

    @Test("A host that was never read, or is off, is no alarm")
    func quiet() {
        let never = PolicyEngine([]).evaluate(fleet(root: .never, inner: .never), now: Sample.now)
        #expect(never.isEmpty)
        let off = NestingTree.join([
            Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, state: .off)]),
            Sample.host("r/a", uuid: 2, state: .unreachable),
        ])
        let findings = PolicyEngine([]).evaluate(off, now: Sample.now)
        #expect(findings.map(\.severity) == [.info])
        #expect(findings[0].sentence == "r/a is off, so that its agent can't be asked")
    }

    @Test("While two policies disagree, what was drift is stale")
    func conflictKeeps() {
        let first = PolicyEngine([Sample.policy("p", DesiredSettings(exposure: false))]).evaluate(
            fleet(), now: Sample.now)
        let second = states(
            PolicyEngine([
                Sample.policy("p", DesiredSettings(exposure: false)),
                Sample.policy("q", DesiredSettings(exposure: true)),
            ]).evaluate(fleet(), previous: first, now: later))
        #expect(second["drift:r/a:exposure"] == .stale)
        #expect(second["policy-conflict:r/a:exposure"] == .open)
    }
}
