package import FoundationEssentials
package import NestingModel

/// Policies and exemptions as they count at one time. What was worked out of them is kept for the next evaluation, so
/// that judging one tree anew costs that tree alone.
package struct CountingPolicies: Sendable {
    private let policies: PolicyEngine
    private let time: Date
    /// Nil while an evaluation has it.
    private var kept: Verdicts?

    package init(_ policies: PolicyEngine, at now: Date) {
        self.policies = policies
        time = now
    }

    /// As `PolicyEngine.evaluate` does, at a time at which the same policies count and the same of them are in grace.
    package mutating func evaluate(
        _ joined: JoinResult, previous: [Finding] = [], earlier: EarlierJudgements = EarlierJudgements(),
        unusedExposure: [NodePath: Date] = [:], now: Date
    ) -> [Finding] {
        var verdicts = kept.take() ?? Verdicts(policies, at: time)
        verdicts.forgetTooMany()
        let exemptions = verdicts.exemptions
        var walk = EvaluationWalk(
            verdicts: consume verdicts, earlier: earlier,
            ledger: FindingLedger(previous: previous, exemptions: exemptions, now: now), now: now)
        walk.unused = unusedExposure
        for conflict in joined.conflicts { walk.take(conflict) }
        for root in joined.tree.roots { walk.start(root) }
        kept = walk.verdicts
        return walk.ledger.closed()
    }
}
