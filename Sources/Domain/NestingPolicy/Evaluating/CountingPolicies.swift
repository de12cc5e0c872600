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
        let parts = EvaluationPart.split(joined, previous: previous)
        if parts.count == 1 {
            // Nothing that is kept is copied for one tree.
            let walk = parts[0].walk(consume verdicts, earlier: earlier, unusedExposure: unusedExposure, now: now)
            kept = walk.verdicts
            return walk.findings
        }
        let walks = AllCores.map(parts.count, least: 1) { [verdicts] numbers in
            numbers.map { number in
                parts[number].walk(verdicts, earlier: earlier, unusedExposure: unusedExposure, now: now)
            }
        }.flatMap(\.self)
        // What one of them worked out is enough to begin with.
        kept = walks.first?.verdicts
        var findings: [Finding] = []
        findings.reserveCapacity(walks.reduce(0) { $0 + $1.findings.count })
        for walk in walks { findings += walk.findings }
        return findings
    }
}

/// Trees that are judged in one go, and what is known of them.
private struct EvaluationPart: Sendable {
    var roots: ArraySlice<TreeNode>
    var conflicts: [IdentityConflict] = []
    /// Of all that was found before, and where in there what is about these trees is.
    var previous: [Finding]
    var known: [Int] = []

    /// From so many trees on it is worth to judge them on several cores.
    private static let leastTrees = 100

    /// Each has whole trees. The first has what is about a tree that is gone, too.
    static func split(_ joined: JoinResult, previous: [Finding]) -> [EvaluationPart] {
        let roots = joined.tree.roots
        let ranges = AllCores.ranges(roots.count, least: leastTrees)
        guard ranges.count > 1 else {
            return [
                EvaluationPart(
                    roots: roots[...], conflicts: joined.conflicts, previous: previous, known: Array(previous.indices))
            ]
        }
        var parts = ranges.map { EvaluationPart(roots: roots[$0], previous: previous) }
        var partOf: [String: Int] = [:]
        for (number, range) in ranges.enumerated() {
            for root in roots[range] { partOf[root.path.name] = number }
        }
        for conflict in joined.conflicts { parts[partOf[conflict.path.names[0]] ?? 0].conflicts.append(conflict) }
        // What is about one tree stands together more often than not.
        var last: (name: String, part: Int) = ("", 0)
        for place in previous.indices {
            let name = previous[place].path.names[0]
            if name != last.name { last = (name, partOf[name] ?? 0) }
            parts[last.part].known.append(place)
        }
        return parts
    }

    func walk(
        _ verdicts: consuming Verdicts, earlier: EarlierJudgements, unusedExposure: [NodePath: Date], now: Date
    ) -> (verdicts: Verdicts, findings: [Finding]) {
        let ledger = FindingLedger(previous: previous, about: known, exemptions: verdicts.exemptions, now: now)
        var walk = EvaluationWalk(verdicts: consume verdicts, earlier: earlier, ledger: ledger, now: now)
        walk.unused = unusedExposure
        for conflict in conflicts { walk.take(conflict) }
        for root in roots { walk.start(root) }
        let findings = walk.ledger.closed()
        return (walk.verdicts, findings)
    }
}
