import ControllerAPI
import FoundationEssentials
import NestingModel
import NestingPolicy

/// The fleet as its reports and policies make it: the tree, what is not as it should be, and what could be done.
struct Assessment: Sendable {
    let tree: NestingTree
    /// Open and stale ones.
    let open: [Finding]
    private let identities: IdentityRegister
    /// When each host's report was received: the tree may have it from before.
    private let received: [NodePath: Date]
    /// Those that the findings were made from, and no others: a plan goes by them alone.
    private let policies: [Policy]

    /// - Parameter policies: by which the fleet was judged last.
    init(_ picture: FleetPicture, received: [NodePath: Date], policies: [Policy]) {
        self.init(
            picture, received: received, open: picture.standing().filter(\.state.isOpen), policies: policies)
    }

    /// - Parameter open: as the policies would have it.
    init(_ picture: FleetPicture, received: [NodePath: Date], open: [Finding], policies: [Policy]) {
        tree = picture.tree()
        identities = picture.identities
        self.received = received
        self.open = open
        self.policies = policies
    }

    /// - Parameter enforcing: only what policies want corrected without being asked.
    func plan(_ selection: Selection, now: Date, enforcing: Bool = false) -> Plan {
        let selected = selection.selector.map { tree.paths(selectedBy: $0) }
        return Planner.plan(
            tree, identities: identities, received: received, findings: open, policies: policies,
            selection: selection.paths,
            isAsked: selected == nil && !selection.dividesNodes
                ? nil : { finding in selection.names(finding) && selected?.contains(finding.path) ?? true },
            modes: enforcing ? [.enforce] : [.propose, .enforce], now: now)
    }

    /// What a person asks for, whatever the policies say.
    func plan(_ changes: [NodePath: (change: GuestChange, rules: DisruptionRules)], now: Date) -> Plan {
        Planner.plan(
            tree, identities: identities, received: received, changes: changes, findings: open, now: now)
    }
}
