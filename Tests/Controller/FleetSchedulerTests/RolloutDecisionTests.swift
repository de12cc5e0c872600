import FoundationEssentials
import NestingModel
import Testing

@testable import FleetScheduler

@Suite("What a remediation does next")
struct RolloutDecisionTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let later = now.addingTimeInterval(3_600)

    /// A remediation whose items stand so: a letter each, `w`aiting, in `m`otion, `c`orrected, `f`ailed.
    private func remediation(_ states: String, _ paths: [String], _ rollout: Rollout) -> Remediation {
        let items = zip(states, paths).map { state, path in
            var item = RemediationItem(path: NodePath(path)!, correction: "c", drains: [])
            switch state {
            case "m": item.step = .correcting
            case "c": (item.step, item.outcome) = (.done, .corrected)
            case "f": (item.step, item.outcome) = (.done, .failed)
            default: break
            }
            return item
        }
        let plan = Plan(
            items: items.map { item in
                PlanItem(
                    path: item.path, host: item.path.parent ?? item.path, uuid: "u",
                    change: GuestChange(exposure: true),
                    definitionDigest: "d", findings: [], policies: [], disruption: .none, blastRadius: [],
                    blastRadiusUnknown: false, nestingInUse: nil, drains: [], verifyInside: nil,
                    rules: DisruptionRules(), steps: [])
            }, blocked: [], madeAt: Self.now)
        return Remediation(
            id: "r", plan: plan, state: .running, items: items, requestedBy: "t", startedAt: Self.now, rollout: rollout)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var states: String
        var paths = ["a/1", "b/1", "c/1", "d/1"]
        var rollout = Rollout()
        var asked: RemediationAsk.Word?
        var frozen: Set<String> = []
        var closed: Set<String> = []
        var mayWait = true
        var step: RolloutDecision.Step
        var testDescription: String { what }
    }

    @Test(
        "is decided by what has begun, people, budget, waves, trees, limits, freeze and windows",
        arguments: [
            Case(what: "one after another without a word", states: "wwww", step: .start([0])),
            Case(what: "nothing new while one is in motion", states: "mwww", step: .wait(until: nil, sentence: "")),
            Case(what: "then the next", states: "cwww", step: .start([1])),
            Case(what: "the end at the first failure", states: "fwww", step: .end),
            Case(
                what: "what is in motion ends before that", states: "fmww",
                rollout: Rollout(maxFailures: .count(0), parallel: 2), step: .wait(until: nil, sentence: "")),
            Case(
                what: "no more in motion than may fail, and one", states: "wwww",
                rollout: Rollout(maxFailures: .count(1), parallel: 4), step: .start([0, 1])),
            Case(
                what: "fewer as some have failed", states: "fwww",
                rollout: Rollout(maxFailures: .count(2), parallel: 4), step: .start([1, 2])),
            Case(
                what: "one in a nesting tree", states: "wwww", paths: ["a/1", "a/2", "a/2/3", "b/1"],
                rollout: Rollout(maxFailures: .count(3), parallel: 4), step: .start([0, 3])),
            Case(
                what: "a canary alone", states: "wwww",
                rollout: Rollout(canary: 1, maxFailures: .count(3), parallel: 4), step: .start([0])),
            Case(
                what: "the rest after it", states: "cwww",
                rollout: Rollout(canary: 1, maxFailures: .count(3), parallel: 4), step: .start([1, 2, 3])),
            Case(
                what: "a wave is watched before the next one", states: "cwww",
                rollout: Rollout(canary: 1, soakSeconds: 3_600), step: .soak(wave: 0, until: later)),
            Case(
                what: "the last wave too", states: "cccc", rollout: Rollout(soakSeconds: 3_600),
                step: .soak(wave: 0, until: later)),
            Case(what: "a pause", states: "wwww", asked: .pause, step: .interrupt("paused by t")),
            Case(what: "a pause waits", states: "mwww", asked: .pause, step: .wait(until: nil, sentence: "")),
            Case(what: "an abort", states: "cwww", asked: .abort, step: .end),
            Case(what: "what is frozen is passed over", states: "wwww", frozen: ["a/1"], step: .start([1])),
            Case(
                what: "all frozen waits for a person", states: "cccw", frozen: ["d/1"], step: .interrupt("frozen")),
            Case(
                what: "what has to wait for its window", states: "cccw", closed: ["d/1"],
                step: .wait(until: later, sentence: "waits for its maintenance window")),
            Case(what: "others go first", states: "wwww", closed: ["a/1"], step: .start([1])),
            Case(
                what: "a policy's own does not wait for a window", states: "cccw", closed: ["d/1"], mayWait: false,
                step: .end),
            Case(
                what: "nor for a freeze to end", states: "cccw", frozen: ["d/1"], mayWait: false, step: .end),
            Case(what: "the end", states: "cccc", step: .end),
        ])
    func decides(_ given: Case) {
        var remediation = remediation(given.states, given.paths, given.rollout)
        if let word = given.asked { remediation.asked = RemediationAsk(word: word, by: "t", at: Self.now) }
        let motion = Set(remediation.inMotion)
        let decision = RolloutDecision(
            remediation, inMotion: motion, interruption: nil, now: Self.now, mayWait: given.mayWait,
            labels: { _ in [:] },
            whyFrozen: { given.frozen.contains($0.path.description) ? "frozen" : nil },
            opening: { given.closed.contains($0.path.description) ? .at(Self.later) : .now })
        #expect(decision.step == given.step)
    }

    @Test("what an earlier run of the controller had begun is taken up, one in each tree")
    func takenUp() {
        let remediation = remediation("mmm", ["a/1", "a/2", "b/1"], Rollout(maxFailures: .count(2), parallel: 3))
        let decision = RolloutDecision(
            remediation, inMotion: [], interruption: nil, now: Self.now, labels: { _ in [:] },
            whyFrozen: { _ in "frozen" }, opening: { _ in .never("closed") })
        #expect(decision.step == .start([0, 2]), "a freeze or a window does not leave half-done work lying")
    }

    @Test("limits hold among guests whose hosts have one value of a label")
    func labels() {
        let remediation = remediation(
            "wwww", ["a/1", "b/1", "c/1", "d/1"],
            Rollout(maxFailures: .count(3), parallel: 4, parallelPer: ["rack": 1]))
        let decision = RolloutDecision(
            remediation, inMotion: [], interruption: nil, now: Self.now,
            labels: { ["a", "b"].contains($0.path.root.description) ? ["rack": "1"] : [:] },
            whyFrozen: { _ in nil }, opening: { _ in .now })
        #expect(decision.step == .start([0, 2, 3]))
    }
}
