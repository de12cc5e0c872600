import FoundationEssentials
import NestingModel

extension EvaluationWalk {
    /// One setting of one node, and who decides it.
    struct Judged {
        var node: TreeNode
        var wish: Verdict.Wish
        /// Whose report it is judged by.
        var host: NodePath
        /// Those that are about it.
        var exemptions: [Int]
        /// Of the nearest enrolled host.
        var traits: HostTraits
    }

    /// Makes what a comparison found a finding: open, or exempted.
    /// - Parameters:
    ///   - complies: whether the node meets another wish for the same setting.
    ///   - has: whether it has exactly a value.
    mutating func settle(
        _ judged: Judged, _ comparison: Comparison, complies: (SettingValue) -> Bool, has: (SettingValue) -> Bool,
        remedy: () -> String
    ) {
        let (node, setting, decision) = (judged.node, judged.wish.setting, judged.wish.decision)
        guard decision.against.isEmpty else { return openConflict(node, setting, decision) }
        if comparison == .met || isInGrace(decision, complies) { return }
        let (policy, wanted) = (judged.wish.policy, judged.wish.wanted)
        var finding = Finding(
            kind: .drift, path: node.path, uuid: node.machineUUID, setting: setting,
            desired: wanted, severity: judged.wish.severity, policy: policy, sentence: "", remedy: "", firstSeen: now,
            lastSeen: now)
        switch comparison {
        case .met: return
        case .drift(let observed, let correctable):
            finding.observed = observed
            finding.correctable = correctable
            finding.sentence = "\(setting) of \(node.path) is \(observed), and policy '\(policy)' wants \(wanted)"
            finding.remedy = remedy()
        case .restartNeeded(let observed, let correctable):
            finding.become(.restartNeeded)
            finding.observed = observed
            finding.correctable = correctable
            finding.sentence =
                "\(setting) of \(node.path) is \(wanted) as policy '\(policy)' wants, and not yet in effect: \(observed)"
            finding.remedy = setting == .hostNesting ? remedy() : "by hand: restart \(node.path.name)"
        case .unreadable(let reason):
            finding.become(.unreadable)
            finding.observed = "unknown"
            finding.severity = .low
            finding.sentence =
                "policy '\(policy)' wants \(setting) \(wanted) of \(node.path), and what it is can't be told: \(reason)"
            finding.remedy = "give the agent what it lacks, or look there by hand"
            ledger.leaveOpen(.drift, node.path, setting)
            ledger.leaveOpen(.restartNeeded, node.path, setting)
        }
        // A host's own nesting is set inside the guest, where its manager has no say.
        let owner = setting == .hostNesting ? nil : node.sharedGuest?.value.owner.value
        if let owner, finding.kind != .unreadable {
            finding.remedy = OwnerRemedy.text(owner.manager, setting, decision.value, guest: node.path.name)
        }
        exempt(&finding, judged, has)
        let offersCorrection = finding.correctable && owner == nil
        ledger.open(finding, mode: judged.wish.mode, offersCorrection: offersCorrection) { [earlier] in
            earlier.differs(from: decision, setting, of: node, near: judged.traits, judgedBy: judged.host)
        }
    }

    private func isInGrace(_ decision: Decision, _ complies: (SettingValue) -> Bool) -> Bool {
        switch decision.alsoComplies {
        case .anything: true
        case .values(let values): values.contains(where: complies)
        }
    }

    private func exempt(_ finding: inout Finding, _ judged: Judged, _ has: (SettingValue) -> Bool) {
        guard !judged.exemptions.isEmpty,
            let exemption = verdicts.exemptions.find(
                judged.wish.setting, among: judged.exemptions, at: now, has: has)
        else { return }
        if let lapse = exemption.lapse {
            finding.lapse(exemption, lapse)
        } else {
            finding.state = .exempted
            finding.exemption = exemption
        }
    }

    private mutating func openConflict(_ node: TreeNode, _ setting: Setting, _ decision: Decision) {
        let policies = ([decision.policy] + decision.against).map { verdicts.index.entries[$0].policy }
        let words = policies.prefix(4).map { policy in
            let value = policy.desired.value(setting).map(setting.shown) ?? ""
            return "'\(policy.name)'\(policy.place.isEmpty ? "" : " (\(policy.place))") wants \(value)"
        }
        ledger.leaveOpen(.drift, node.path, setting)
        ledger.leaveOpen(.restartNeeded, node.path, setting)
        ledger.open(
            Finding(
                kind: .policyConflict, path: node.path, uuid: node.machineUUID,
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
