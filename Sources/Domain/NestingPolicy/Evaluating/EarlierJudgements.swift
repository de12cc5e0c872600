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

    func of(_ host: NodePath) -> EarlierJudgement? { byHost[host] ?? all }
}

/// The policies of an earlier time, as they counted then.
package struct EarlierJudgement: Sendable {
    private let index: PolicyIndex

    package init(_ policies: [Policy], at time: Date) {
        index = PolicyIndex(policies).counting(at: time)
    }

    /// Whether something else complied then.
    func differs(from decision: Decision, _ setting: Setting, of node: SelectedNode) -> Bool {
        guard let then = index.decisions(index.search.matching(node)).first(where: { $0.setting == setting })?.decision,
            then.against.isEmpty
        else { return true }
        return then.value != decision.value || then.alsoComplies != decision.alsoComplies
    }
}
