import ControllerAPI
import FoundationEssentials
import NestingModel
import NestingPolicy

/// The fleet as its reports and policies make it: the tree, what is not as it should be, and what could be done.
struct Assessment: Sendable {
    let tree: NestingTree
    /// Open, stale and exempted ones, and for a draft those that it would end.
    let findings: [Finding]
    /// Those that the findings were made from, and no others: a plan goes by them alone.
    private let policies: [Policy]

    /// - Parameter findings: as they are stored after an evaluation of this tree by these policies.
    init(_ tree: NestingTree, findings: [Finding], policies: [Policy]) {
        self.tree = tree
        self.findings = findings
        self.policies = policies
    }

    /// What would be found by a draft of policies.
    /// - Parameters:
    ///   - previous: open, stale and exempted ones. What is exposed for nothing is taken to be what was found so.
    ///   - earlier: what hosts were judged by before; drift from what changed since is intended.
    init(_ joined: JoinResult, draft: PolicyBook, previous: [Finding], earlier: EarlierJudgements, now: Date) {
        let unused = previous.filter { $0.kind == .unusedExposure }.map { ($0.path, $0.firstSeen) }
        self.init(
            joined.tree,
            findings: PolicyEngine(draft).evaluate(
                joined, previous: previous, earlier: earlier,
                unusedExposure: Dictionary(unused) { first, _ in first }, now: now), policies: draft.policies)
    }

    static func tree(of hosts: [HostView]) -> NestingTree { NestingTree(joining: hosts) }

    var open: [Finding] { findings.filter(\.state.isOpen) }

    /// - Parameter enforcing: only what policies want corrected without being asked.
    func plan(_ selection: Selection, now: Date, enforcing: Bool = false) -> Plan {
        let selected = selection.selector.map { tree.paths(selectedBy: $0) }
        return Planner.plan(
            tree, findings: open, policies: policies, selection: selection.paths,
            isAsked: { finding in selection.names(finding) && selected?.contains(finding.path) ?? true },
            modes: enforcing ? [.enforce] : [.propose, .enforce], now: now)
    }

    /// What a person asks for, whatever the policies say.
    func plan(_ changes: [NodePath: (change: GuestChange, rules: DisruptionRules)], now: Date) -> Plan {
        Planner.plan(tree, changes: changes, findings: open, now: now)
    }
}
