import FoundationEssentials
import NestingModel

/// One evaluation's way through the tree, parents before children.
struct EvaluationWalk {
    /// What the policies say, by classes of nodes.
    var verdicts: Verdicts
    let earlier: EarlierVerdicts
    var ledger: FindingLedger
    let now: Date
    /// Guests that have been exposed for long without running a guest, with since when.
    var unused: [NodePath: Date] = [:]

    init(verdicts: consuming Verdicts, earlier: EarlierJudgements, ledger: FindingLedger, now: Date) {
        self.verdicts = verdicts
        self.earlier = EarlierVerdicts(earlier)
        self.ledger = ledger
        self.now = now
    }

    mutating func start(_ root: TreeNode) {
        visit(root, parent: nil, parentIsCurrent: false, verdicts.outside)
    }

    /// - Parameters:
    ///   - parent: the host whose report has this node as a guest; nil for a root, and where no agent is.
    ///   - parentIsCurrent: `isCurrent` of the parent, asked once for all of its guests.
    ///   - outside: what goes for the parent.
    private mutating func visit(
        _ node: TreeNode, parent: Shared<HostView>?, parentIsCurrent: Bool, _ outside: NodeClasses.Place
    ) {
        let (verdict, inside) = verdicts.enter(node, from: outside)
        let guestIsCurrent = node.sharedGuest != nil && parentIsCurrent
        guard let view = node.sharedHost else {
            judge(node, verdict, guestIsCurrent: guestIsCurrent, hostIsCurrent: false, inside)
            visit(node.children, parent: nil, parentIsCurrent: false, inside)
            return
        }
        checkReading(view.value, guest: node.guest, parent: parent?.value)
        let hostIsCurrent = view.value.isCurrent
        judge(node, verdict, guestIsCurrent: guestIsCurrent, hostIsCurrent: hostIsCurrent, inside)
        if guestIsCurrent, hostIsCurrent { crossCheck(node, parent: parent?.value) }
        visit(node.children, parent: view, parentIsCurrent: hostIsCurrent, inside)
    }

    private mutating func visit(
        _ nodes: [TreeNode], parent: Shared<HostView>?, parentIsCurrent: Bool, _ outside: NodeClasses.Place
    ) {
        for node in nodes { visit(node, parent: parent, parentIsCurrent: parentIsCurrent, outside) }
    }

    private mutating func judge(
        _ node: TreeNode, _ verdict: Verdict, guestIsCurrent: Bool, hostIsCurrent: Bool, _ inside: NodeClasses.Place
    ) {
        if guestIsCurrent, let guest = node.sharedGuest { judge(guest, node, verdict, inside) }
        if hostIsCurrent, let wish = verdict.hostNesting { compareHost(node, verdict, wish, inside) }
        if guestIsCurrent, !unused.isEmpty { checkUse(node, verdict) }
    }

    /// Half a million guests of which most are as they should be: nothing is copied until one is not.
    private mutating func judge(
        _ guest: Shared<GuestReport>, _ node: TreeNode, _ verdict: Verdict, _ inside: NodeClasses.Place
    ) {
        for wish in verdict.wishes where wish.setting != .hostNesting {
            let comparison = Comparison.of(guest.value, wish.setting, wanted: wish.decision.value)
            if case .met = comparison, wish.decision.against.isEmpty { continue }
            settle(
                Judged(
                    node: node, wish: wish, host: node.path.parent ?? node.path, exemptions: verdict.exemptions,
                    traits: inside.traits),
                comparison,
                complies: { Comparison.of(guest.value, wish.setting, wanted: $0) == .met },
                has: { Comparison.has(guest.value, wish.setting, $0) },
                remedy: { SettingRemedy.guest(node.path.name, wish.setting, wish.decision.value) })
        }
    }

    private mutating func compareHost(
        _ node: TreeNode, _ verdict: Verdict, _ wish: Verdict.Wish, _ inside: NodeClasses.Place
    ) {
        guard let hypervisor = node.sharedHost?.value.report?.hypervisor,
            case .flag(let wanted) = wish.decision.value
        else { return }
        func complies(_ value: SettingValue) -> Bool {
            if case .flag(let flag) = value { Comparison.hostNesting(hypervisor, wanted: flag) == .met } else { false }
        }
        settle(
            Judged(
                node: node, wish: wish, host: node.path, exemptions: verdict.exemptions, traits: inside.traits),
            Comparison.hostNesting(hypervisor, wanted: wanted), complies: complies, has: complies,
            remedy: { hypervisor.remedy(nesting: wanted) })
    }
}
