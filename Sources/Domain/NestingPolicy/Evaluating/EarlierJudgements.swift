package import FoundationEssentials
package import NestingModel

/// What each host's last judgement went by, where something else counts now: so that drift of the owner's making
/// (`intended`) is told from a host's (`corrective`), also where a host could not be read when the policies changed.
package struct EarlierJudgements: Sendable {
    private let all: EarlierJudgement?
    private let byHost: [NodePath: EarlierJudgement]

    /// - Parameters:
    ///   - all: for every host that `byHost` does not name; nil where nothing changed for them.
    ///   - byHost: hosts that were judged at another time.
    package init(all: EarlierJudgement? = nil, byHost: [NodePath: EarlierJudgement] = [:]) {
        self.all = all
        self.byHost = byHost
    }

    func of(_ host: NodePath) -> EarlierJudgement? { byHost.isEmpty ? all : byHost[host] ?? all }
}

/// The policies of an earlier time, as they counted then.
package final class EarlierJudgement: Sendable {
    fileprivate let index: PolicyIndex
    fileprivate let classes: NodeClasses

    package init(_ policies: [Policy], at time: Date) {
        index = PolicyIndex(policies).counting(at: time)
        classes = NodeClasses(policies.map(\.selector))
    }
}

/// What earlier policies decided, worked out once for each class of nodes. For one evaluation, and one thread.
final class EarlierVerdicts {
    private struct Known {
        var classes: NodeClasses
        var decisions: [NodeClass: [(setting: Setting, decision: Decision)]] = [:]
    }

    private let judgements: EarlierJudgements
    private var known: [ObjectIdentifier: Known] = [:]

    init(_ judgements: EarlierJudgements) {
        self.judgements = judgements
    }

    /// Whether something else complied when a host was judged last.
    func differs(
        from decision: Decision, _ setting: Setting, of node: TreeNode, near traits: HostTraits,
        judgedBy host: NodePath
    ) -> Bool {
        guard let judgement = judgements.of(host) else { return false }
        let decisions = decisions(of: SelectedNode(node, traits), by: judgement)
        guard let then = decisions.first(where: { $0.setting == setting })?.decision, then.against.isEmpty else {
            return true
        }
        return then.value != decision.value || then.alsoComplies != decision.alsoComplies
    }

    private func decisions(
        of node: SelectedNode, by judgement: EarlierJudgement
    ) -> [(setting: Setting, decision: Decision)] {
        let id = ObjectIdentifier(judgement)
        let nodeClass = known[id, default: Known(classes: judgement.classes)].classes.classify(node)
        if let decisions = known[id]?.decisions[nodeClass] { return decisions }
        let decisions = judgement.index.decisions(judgement.index.search.matching(node))
        known[id]?.decisions[nodeClass] = decisions
        return decisions
    }
}
