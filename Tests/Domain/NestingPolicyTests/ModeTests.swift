import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// How far Nestor goes, by node and by cause.
@Suite struct ModeTests {
    private static let hosts = [
        Sample.host(
            "r", uuid: 1, labels: ["tier": "prod"],
            guests: [Sample.guest("a", uuid: 2), Sample.guest("b", uuid: 3)]),
        Sample.host("s", uuid: 4, guests: [Sample.guest("a", uuid: 5)]),
    ]

    private func policy(_ name: String = "p", mode: PolicyMode, intended: PolicyMode? = nil, _ modes: [ModeRule] = [])
        -> Policy
    {
        Policy(
            name: name, selector: PolicySelector(all: true), desired: DesiredSettings(exposure: false), mode: mode,
            intendedMode: intended, modes: modes)
    }

    private func modes(_ policies: [Policy], earlier: EarlierJudgements = EarlierJudgements()) -> [String: PolicyMode] {
        let found = PolicyEngine(policies).evaluate(NestingTree.join(Self.hosts), earlier: earlier, now: Sample.now)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.path.description, $0.mode ?? .unknown) })
    }

    @Test("The first rule that matches tightens or loosens the policy's mode, and the finding tells why")
    func rules() {
        let policy = policy(
            mode: .propose,
            [
                ModeRule(PolicySelector(guests: ["b"]), mode: .enforce, reason: "disposable", place: "p.yaml:9"),
                ModeRule(PolicySelector(labels: ["tier": "prod"]), mode: .audit, reason: "only on Sundays"),
            ])
        #expect(modes([policy]) == ["r/a": .audit, "r/b": .enforce, "s/a": .propose])
        let found = PolicyEngine([policy]).evaluate(NestingTree.join(Self.hosts), now: Sample.now)
        #expect(
            found.map(\.modeReason) == [
                "policy 'p' says so of this node: only on Sundays",
                "policy 'p' says so of this node (p.yaml:9): disposable", nil,
            ])
    }

    @Test("An intended change may have another mode than a host's own")
    func causes() {
        let policy = policy(mode: .enforce, intended: .propose)
        #expect(Set(modes([policy]).values) == [.enforce])
        let changed = EarlierJudgements(all: EarlierJudgement([], at: Sample.now))
        #expect(Set(modes([policy], earlier: changed).values) == [.propose])
    }

    @Test("The mode stays that of the cause, from one evaluation to the next")
    func causeStays() {
        let engine = PolicyEngine([policy(mode: .enforce, intended: .audit)])
        let joined = NestingTree.join(Self.hosts)
        let changed = EarlierJudgements(all: EarlierJudgement([], at: Sample.now))
        let first = engine.evaluate(joined, earlier: changed, now: Sample.now)
        let second = engine.evaluate(joined, previous: first, now: Sample.now.addingTimeInterval(60))
        #expect(Set(second.compactMap(\.mode)) == [.audit])
    }

    @Test("Of policies that agree the one that goes least far on this node holds, for each cause by itself")
    func agreeing() {
        let careful = policy("z", mode: .enforce, [ModeRule(PolicySelector(guests: ["b"]), mode: .audit, reason: "x")])
        #expect(modes([policy("a", mode: .propose), careful]) == ["r/a": .propose, "r/b": .audit, "s/a": .propose])
        let split = [policy("a", mode: .audit, intended: .enforce), policy("b", mode: .propose)]
        #expect(Set(modes(split).values) == [.audit])
        let changed = EarlierJudgements(all: EarlierJudgement([], at: Sample.now))
        #expect(Set(modes(split, earlier: changed).values) == [.propose])
        #expect(Set(modes([policy("a", mode: .enforce), policy("b", mode: .unknown)]).values) == [.unknown])
    }

    @Test("The planner goes by the mode of the finding, whatever the policy's own is")
    func planned() {
        func planned(_ policy: Policy, _ modes: Set<PolicyMode>) -> [String] {
            let joined = NestingTree.join(Self.hosts)
            let found = PolicyEngine([policy]).evaluate(joined, now: Sample.now)
            return Planner.plan(joined.tree, findings: found, policies: [policy], modes: modes, now: Sample.now)
                .items.map(\.path.description)
        }
        let tight = policy(
            mode: .enforce, [ModeRule(PolicySelector(labels: ["tier": "prod"]), mode: .audit, reason: "x")])
        #expect(planned(tight, [.propose, .enforce]) == ["s/a"])
        #expect(planned(tight, [.enforce]) == ["s/a"])
        let loose = policy(mode: .audit, [ModeRule(PolicySelector(guests: ["b"]), mode: .enforce, reason: "x")])
        #expect(planned(loose, [.enforce]) == ["r/b"])
    }
}
