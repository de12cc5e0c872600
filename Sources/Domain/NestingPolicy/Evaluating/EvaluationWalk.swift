import FoundationEssentials
import NestingModel

/// One evaluation's way through the tree, parents before children.
struct EvaluationWalk {
    let index: PolicyIndex
    var ledger: FindingLedger
    let now: Date
    /// Guests that have been exposed for long without running a guest, with since when.
    var unused: [NodePath: Date] = [:]
    /// Most guests of a host meet the same policies: the last decisions, and what they came from.
    private var lastMatching: [Int] = []
    private(set) var lastDecisions: [(setting: Setting, decision: Decision)] = []

    init(index: PolicyIndex, ledger: FindingLedger, now: Date) {
        self.index = index
        self.ledger = ledger
        self.now = now
    }

    /// - Parameters:
    ///   - parent: the host whose report has this node as a guest; nil for a root, and where no agent is.
    ///   - parentIsCurrent: `isCurrent` of the parent, asked once for all of its guests.
    ///   - candidates: policies for this root.
    ///   - labelled: those of them that match `labels`, which are the parent's.
    mutating func visit(
        _ node: TreeNode, parent: HostView?, parentIsCurrent: Bool, candidates: [Int], labelled: [Int],
        labels: [String: String]
    ) {
        var (labelled, labels) = (labelled, labels)
        if let view = node.host {
            labels = view.host.labels
            labelled = index.candidates(candidates, labels: labels)
            checkReading(view, guest: node.guest, parent: parent)
        } else if node.path.level == 0 {
            labelled = index.candidates(candidates, labels: [:])
        }
        let guestIsCurrent = node.guest != nil && parentIsCurrent
        let hostIsCurrent = node.host?.isCurrent == true
        if guestIsCurrent || hostIsCurrent {
            decide(index.matching(node, labels: labels, labelled: labelled))
            for (setting, decision) in lastDecisions {
                if setting == .hostNesting {
                    if hostIsCurrent { compareHost(node, decision) }
                } else if guestIsCurrent {
                    compareGuest(node, setting, decision)
                }
            }
        }
        if guestIsCurrent { checkUse(node) }
        if guestIsCurrent, hostIsCurrent { crossCheck(node, parent: parent) }
        for number in node.children.indices {
            visit(
                node.children[number], parent: node.host, parentIsCurrent: hostIsCurrent, candidates: candidates,
                labelled: labelled, labels: labels)
        }
    }

    private mutating func decide(_ matching: [Int]) {
        guard matching != lastMatching else { return }
        lastMatching = matching
        let decisions = index.decisions(matching)
        lastDecisions = Setting.allCases.compactMap { setting in decisions[setting].map { (setting, $0) } }
    }

    private mutating func compareGuest(_ node: TreeNode, _ setting: Setting, _ decision: Decision) {
        guard let comparison = node.guest.map({ Comparison.of($0, setting, wanted: decision.value) }) else { return }
        settle(node, setting, decision, comparison) { SettingRemedy.guest(node.path.name, setting, decision.value) }
    }

    private mutating func compareHost(_ node: TreeNode, _ decision: Decision) {
        guard let hypervisor = node.host?.report?.hypervisor, case .flag(let wanted) = decision.value else { return }
        settle(node, .hostNesting, decision, Comparison.hostNesting(hypervisor, wanted: wanted)) {
            hypervisor.remedy(nesting: wanted)
        }
    }

    private mutating func settle(
        _ node: TreeNode, _ setting: Setting, _ decision: Decision, _ comparison: Comparison, remedy: () -> String
    ) {
        guard decision.against.isEmpty else { return openConflict(node, setting, decision) }
        if comparison == .met { return }
        let policy = index.entries[decision.policy].policy
        let wanted = setting.shown(decision.value)
        var finding = Finding(
            kind: .drift, path: node.path, uuid: node.guest?.uuid ?? node.host?.host.uuid, setting: setting,
            desired: wanted, severity: policy.severity, policy: policy.name, mode: policy.mode, sentence: "",
            remedy: "", firstSeen: now, lastSeen: now)
        switch comparison {
        case .met: return
        case .drift(let observed, let correctable):
            finding.observed = observed
            finding.correctable = correctable
            finding.sentence = "\(setting) of \(node.path) is \(observed), and policy '\(policy.name)' wants \(wanted)"
            finding.remedy = remedy()
        case .restartNeeded(let observed, let correctable):
            finding.become(.restartNeeded)
            finding.observed = observed
            finding.correctable = correctable
            finding.sentence =
                "\(setting) of \(node.path) is \(wanted) as policy '\(policy.name)' wants, and not yet in effect: \(observed)"
            finding.remedy = setting == .hostNesting ? remedy() : "restart \(node.path.name)"
        case .unreadable(let reason):
            finding.become(.unreadable)
            finding.observed = "unknown"
            finding.severity = .low
            finding.sentence =
                "policy '\(policy.name)' wants \(setting) \(wanted) of \(node.path), and what it is can't be told: \(reason)"
            finding.remedy = "give the agent what it lacks, or look there by hand"
            ledger.leaveOpen(.drift, node.path, setting)
            ledger.leaveOpen(.restartNeeded, node.path, setting)
        }
        if let owner = node.guest?.owner.value, finding.kind != .unreadable {
            finding.remedy = OwnerRemedy.text(owner.manager, setting, decision.value, guest: node.path.name)
        }
        ledger.open(finding)
    }

    private mutating func openConflict(_ node: TreeNode, _ setting: Setting, _ decision: Decision) {
        let policies = ([decision.policy] + decision.against).map { index.entries[$0].policy }
        let words = policies.prefix(4).map { policy in
            let value = policy.desired.value(setting).map(setting.shown) ?? ""
            return "'\(policy.name)'\(policy.place.isEmpty ? "" : " (\(policy.place))") wants \(value)"
        }
        ledger.leaveOpen(.drift, node.path, setting)
        ledger.leaveOpen(.restartNeeded, node.path, setting)
        ledger.open(
            Finding(
                kind: .policyConflict, path: node.path, uuid: node.guest?.uuid ?? node.host?.host.uuid,
                setting: setting, severity: .high, policy: policies[0].name,
                sentence:
                    "\(setting) of \(node.path) is not decided, since policies of priority \(policies[0].priority) "
                    + "disagree: \(words.joined(separator: ", "))",
                remedy: "give one of them another priority, or make them agree", firstSeen: now, lastSeen: now))
    }
}

extension Finding {
    /// Another kind of the same; its id follows.
    mutating func become(_ kind: FindingKind) {
        self.kind = kind
        id = Finding.id(kind, path, setting)
    }
}
