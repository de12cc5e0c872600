import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// Policies that count from a date, with and without grace.
@Suite struct PhaseTests {
    private static let from = Sample.now
    private static let day: TimeInterval = 86_400

    /// `r/a` exposes and has 2 vCPUs.
    private let fleet = NestingTree.join([
        Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2) { $0.vcpus.maximum = .known(2) }])
    ])

    private func dated(
        _ name: String, priority: Int = 1, grace days: Int? = nil, after: TimeInterval = 0, _ desired: DesiredSettings
    ) -> Policy {
        Policy(
            name: name, priority: priority, selector: PolicySelector(all: true), desired: desired,
            from: Moment(Self.from.addingTimeInterval(after), "then"), graceSeconds: days.map { $0 * 86_400 })
    }

    private func found(_ policies: [Policy], after seconds: TimeInterval) -> [String] {
        PolicyEngine(policies).evaluate(fleet, now: Self.from.addingTimeInterval(seconds))
            .map { "\($0.kind) \($0.policy ?? "") \($0.desired)" }
    }

    @Test("Before its date a policy is as if it were not there, and from then on it counts")
    func from() {
        let old = Sample.policy("old", DesiredSettings(exposure: true))
        let new = dated("new", DesiredSettings(exposure: false))
        #expect(found([old, new], after: -1) == [])
        #expect(found([old, new], after: 0) == ["drift new hidden"])
        let rival = dated("rival", DesiredSettings(exposure: true))
        #expect(found([new, rival], after: -1) == [], "no conflict either")
        #expect(found([new, rival], after: 0) == ["policy-conflict new "])
    }

    @Test("In its grace period what would be decided without it complies, too, and afterwards it does not")
    func grace() {
        let old = Sample.policy("old", DesiredSettings(exposure: true))
        let new = dated("new", grace: 14, DesiredSettings(exposure: false))
        #expect(found([old, new], after: 14 * Self.day - 1) == [])
        #expect(found([old, new], after: 14 * Self.day) == ["drift new hidden"])
    }

    @Test("What complies with neither is drift from the new one, also in the grace period")
    func neither() {
        let old = Sample.policy("old", DesiredSettings(maximumVCPUs: 3))
        let new = dated("new", grace: 14, DesiredSettings(maximumVCPUs: 8))
        #expect(found([old, new], after: 0) == ["drift new at least 8"])
    }

    @Test("Where nothing else would be decided anything complies in the grace period")
    func nothingBefore() {
        let new = dated("new", grace: 14, DesiredSettings(exposure: false))
        #expect(found([new], after: 1) == [])
        #expect(found([new], after: 14 * Self.day) == ["drift new hidden"])
        let undecided = [
            Sample.policy("x", DesiredSettings(exposure: true)), Sample.policy("y", DesiredSettings(exposure: false)),
            new,
        ]
        #expect(found(undecided, after: 1) == ["drift new hidden"], "policies that disagree decide nothing")
    }

    @Test("Grace periods that overlap let each of the values comply")
    func chain() {
        let oldest = Sample.policy("oldest", DesiredSettings(exposure: true))
        let middle = dated("middle", priority: 1, grace: 20, DesiredSettings(exposure: false))
        let new = dated("new", priority: 2, grace: 10, DesiredSettings(exposure: false))
        #expect(found([oldest, middle, new], after: 1) == [])
        #expect(found([oldest, middle, new], after: 11 * Self.day) == ["drift new hidden"])
    }

    @Test("One that asks for the same without grace leaves none")
    func agreeing() {
        let strict = Sample.policy("strict", priority: 1, DesiredSettings(exposure: false))
        #expect(found([strict, dated("new", grace: 14, DesiredSettings(exposure: false))], after: 1).count == 1)
    }

    @Test("Drift that a date or the end of a grace period brings is intended")
    func cause() {
        let policies = [
            Sample.policy("old", DesiredSettings(exposure: true)),
            dated("new", grace: 14, DesiredSettings(exposure: false)),
        ]
        for (then, now) in [(-1, 14 * Self.day), (1, 14 * Self.day)] as [(TimeInterval, TimeInterval)] {
            let earlier = EarlierJudgements(all: EarlierJudgement(policies, at: Self.from.addingTimeInterval(then)))
            let found = PolicyEngine(policies).evaluate(
                fleet, earlier: earlier, now: Self.from.addingTimeInterval(now))
            #expect(found.map(\.cause) == [.intended])
        }
    }
}
