import ControllerAPI
import FoundationEssentials
import NestingModel
import NestingPolicy

/// The fleet as its reports and policies make it: the tree, what is not as it should be, and what could be done.
struct Assessment: Sendable {
    let tree: NestingTree
    /// Open, stale and exempted ones, and those that ended just now.
    var findings: [Finding]
    /// Those that the findings were made from, and no others: a plan goes by them alone.
    private let policies: [Policy]

    /// - Parameters:
    ///   - previous: open, stale and exempted ones.
    ///   - earlier: what hosts were judged by before; drift from what changed since is intended.
    ///   - unusedExposure: guests that have been exposed for too long without using it, with since when; nil: those
    ///     that were found before.
    init(
        hosts: [HostView], book: PolicyBook, previous: [Finding], earlier: EarlierJudgements,
        unusedExposure: [NodePath: Date]? = nil, now: Date
    ) {
        let unused = previous.filter { $0.kind == .unusedExposure }.map { ($0.path, $0.firstSeen) }
        let joined = NestingTree.join(hosts)
        tree = joined.tree
        policies = book.policies
        findings = PolicyEngine(book).evaluate(
            joined, previous: previous, earlier: earlier,
            unusedExposure: unusedExposure ?? Dictionary(unused) { first, _ in first }, now: now)
    }

    static func tree(of hosts: [HostView]) -> NestingTree { NestingTree.join(hosts).tree }

    var open: [Finding] { findings.filter(\.state.isOpen) }

    /// - Parameter enforcing: only what policies want corrected without being asked.
    func plan(_ selection: Selection, now: Date, enforcing: Bool = false) -> Plan {
        Planner.plan(
            tree, findings: open, policies: policies, selection: selection.paths,
            modes: enforcing ? [.enforce] : [.propose, .enforce], now: now)
    }

    /// What a person asks for, whatever the policies say.
    func plan(_ changes: [NodePath: (change: GuestChange, rules: DisruptionRules)], now: Date) -> Plan {
        Planner.plan(tree, changes: changes, findings: open, now: now)
    }
}
