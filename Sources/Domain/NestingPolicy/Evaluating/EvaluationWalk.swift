import FoundationEssentials
import NestingModel

/// One evaluation's way through the tree, parents before children.
struct EvaluationWalk {
    /// What goes for all guests of one host.
    struct Surroundings {
        /// Of the nearest enrolled host at or above.
        var traits = HostTraits()
        /// Policies for this root, and those of them that match the traits.
        var policies: [Int] = []
        var matchedPolicies: [Int] = []
        /// The same of exemptions.
        var exemptions: [Int] = []
        var matchedExemptions: [Int] = []
    }

    let index: PolicyIndex
    let exemptions: ExemptionIndex
    let earlier: EarlierJudgements
    var ledger: FindingLedger
    let now: Date
    /// Guests that have been exposed for long without running a guest, with since when.
    var unused: [NodePath: Date] = [:]
    /// Many guests meet the same policies: the decisions, by what they came from, and the last ones of them.
    private var known: [[Int]: [(setting: Setting, decision: Decision)]] = [:]
    private var lastMatching: [Int] = []
    private(set) var lastDecisions: [(setting: Setting, decision: Decision)] = []
    private static let mostKnown = 10_000

    init(
        index: PolicyIndex, exemptions: ExemptionIndex, earlier: EarlierJudgements, ledger: FindingLedger, now: Date
    ) {
        self.index = index
        self.exemptions = exemptions
        self.earlier = earlier
        self.ledger = ledger
        self.now = now
    }

    mutating func start(_ root: TreeNode) {
        var around = Surroundings()
        around.policies = index.search.candidates(root: root.path.name)
        around.exemptions = exemptions.search.candidates(root: root.path.name)
        around.match(index, exemptions)
        visit(root, parent: nil, parentIsCurrent: false, around)
    }

    /// - Parameters:
    ///   - parent: the host whose report has this node as a guest; nil for a root, and where no agent is.
    ///   - parentIsCurrent: `isCurrent` of the parent, asked once for all of its guests.
    ///   - outside: what goes for the parent.
    private mutating func visit(
        _ node: TreeNode, parent: HostView?, parentIsCurrent: Bool, _ outside: Surroundings
    ) {
        guard let view = node.host else {
            if parentIsCurrent { judge(node, guestIsCurrent: node.guest != nil, hostIsCurrent: false, outside) }
            visit(node.children, parent: nil, parentIsCurrent: false, outside)
            return
        }
        var around = outside
        around.traits = HostTraits(view)
        around.match(index, exemptions)
        checkReading(view, guest: node.guest, parent: parent)
        let guestIsCurrent = node.guest != nil && parentIsCurrent
        let hostIsCurrent = view.isCurrent
        judge(node, guestIsCurrent: guestIsCurrent, hostIsCurrent: hostIsCurrent, around)
        if guestIsCurrent, hostIsCurrent { crossCheck(node, parent: parent) }
        visit(node.children, parent: view, parentIsCurrent: hostIsCurrent, around)
    }

    /// Through a pointer, since a node is large and taking it out of an array would copy it.
    private mutating func visit(
        _ nodes: [TreeNode], parent: HostView?, parentIsCurrent: Bool, _ outside: Surroundings
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            for number in nodes.indices {
                visit(nodes[number], parent: parent, parentIsCurrent: parentIsCurrent, outside)
            }
        }
    }

    private mutating func judge(
        _ node: TreeNode, guestIsCurrent: Bool, hostIsCurrent: Bool, _ around: Surroundings
    ) {
        guard guestIsCurrent || hostIsCurrent else { return }
        let selected = SelectedNode(node, around.traits)
        decide(index.search.matching(selected, candidates: around.matchedPolicies))
        if guestIsCurrent, let guest = node.guest { judge(guest, node, selected, around) }
        if hostIsCurrent, let decision = lastDecisions.first(where: { $0.setting == .hostNesting })?.decision {
            compareHost(node, selected, decision, around)
        }
        if guestIsCurrent { checkUse(node) }
    }

    /// Half a million guests of which most are as they should be: nothing is copied until one is not.
    private mutating func judge(
        _ guest: GuestReport, _ node: TreeNode, _ selected: SelectedNode, _ around: Surroundings
    ) {
        for number in lastDecisions.indices where lastDecisions[number].setting != .hostNesting {
            let setting = lastDecisions[number].setting
            let comparison = Comparison.of(guest, setting, wanted: lastDecisions[number].decision.value)
            if comparison == .met, lastDecisions[number].decision.against.isEmpty { continue }
            let decision = lastDecisions[number].decision
            settle(
                Judged(
                    node: node, selected: selected, setting: setting, decision: decision,
                    host: node.path.parent ?? node.path, exemptions: around.matchedExemptions),
                comparison,
                complies: { Comparison.of(guest, setting, wanted: $0) == .met },
                has: { Comparison.has(guest, setting, $0) },
                remedy: { SettingRemedy.guest(node.path.name, setting, decision.value) })
        }
    }

    private mutating func decide(_ matching: [Int]) {
        guard matching != lastMatching else { return }
        lastMatching = matching
        if let decisions = known[matching] {
            lastDecisions = decisions
            return
        }
        lastDecisions = index.decisions(matching)
        if known.count < Self.mostKnown { known[matching] = lastDecisions }
    }

    private mutating func compareHost(
        _ node: TreeNode, _ selected: SelectedNode, _ decision: Decision, _ around: Surroundings
    ) {
        guard let hypervisor = node.host?.report?.hypervisor, case .flag(let wanted) = decision.value else { return }
        func complies(_ value: SettingValue) -> Bool {
            if case .flag(let flag) = value { Comparison.hostNesting(hypervisor, wanted: flag) == .met } else { false }
        }
        settle(
            Judged(
                node: node, selected: selected, setting: .hostNesting, decision: decision, host: node.path,
                exemptions: around.matchedExemptions),
            Comparison.hostNesting(hypervisor, wanted: wanted), complies: complies, has: complies,
            remedy: { hypervisor.remedy(nesting: wanted) })
    }
}

extension EvaluationWalk.Surroundings {
    /// Asks anew which policies and exemptions go with the traits.
    fileprivate mutating func match(_ index: PolicyIndex, _ all: ExemptionIndex) {
        matchedPolicies = index.search.candidates(policies, traits)
        matchedExemptions = all.search.candidates(exemptions, traits)
    }
}
