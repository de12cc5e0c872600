import FoundationEssentials
import NestingModel

/// A plan in the making.
struct PlanDraft: Sendable {
    private let index: TreeIndex
    private let policies: [String: Policy]
    private let modes: Set<PolicyMode>
    private let received: [NodePath: Date]
    private let now: Date
    /// Open identity findings, by place and by UUID: a guest that moved is not touched at its new place either.
    private let doubted: [NodePath: Finding]
    private let doubtedUUIDs: [String: Finding]
    private(set) var items: [PlanItem] = []
    private(set) var blocked: [PlanBlock] = []

    init(
        tree: NestingTree, identities: IdentityRegister?, received: [NodePath: Date], findings: [Finding],
        policies: [Policy], modes: Set<PolicyMode>, now: Date
    ) {
        index = TreeIndex(tree, identities: identities)
        self.policies = Dictionary(policies.map { ($0.name, $0) }) { first, _ in first }
        self.modes = modes
        self.received = received
        self.now = now
        let identity = findings.filter { $0.kind.isIdentity && $0.state.isOpen }.sorted { $0.id < $1.id }
        doubted = Dictionary(identity.map { ($0.path, $0) }) { first, _ in first }
        doubtedUUIDs = Dictionary(identity.compactMap { finding in finding.uuid.map { ($0.lowercased(), finding) } }) {
            first, _ in first
        }
    }

    private mutating func block(_ finding: Finding, _ refusal: PlanRefusal) {
        blocked.append(
            PlanBlock(
                path: finding.path, finding: finding.id, code: refusal.code.rawValue, sentence: refusal.sentence,
                remedy: refusal.remedy))
    }

    /// Whether a finding by itself can have a plan.
    private func checkFinding(_ finding: Finding) throws(PlanRefusal) {
        func refuse(_ code: PlanRefusal.Code) -> PlanRefusal {
            PlanRefusal(code, finding.sentence, remedy: finding.remedy)
        }
        switch finding.kind {
        case .clone, .falseClaim, .guestMoved: throw refuse(.identity)
        case .policyConflict: throw refuse(.policyConflict)
        case .hostUnread: throw refuse(.hostUnread)
        case .unreadable: throw refuse(.unknownFact)
        case .crossCheck, .unusedExposure, .unknown: throw refuse(.notCorrectable)
        case .drift, .restartNeeded: break
        }
        if finding.state == .stale {
            throw PlanRefusal(
                .hostUnread, "whether this still holds can't be told: \(finding.sentence)",
                remedy: "make the host readable (nestor host check \(finding.path.parent ?? finding.path))")
        }
        guard finding.correctable else { throw refuse(.notCorrectable) }
        if let contest = finding.contest {
            throw PlanRefusal(
                .contested, "\(finding.setting?.rawValue ?? "it") of \(finding.path) is contested: \(contest.sentence)",
                remedy: "find out who sets it (nestor history \(finding.path)), then nestor drift settle \(finding.id)")
        }
        guard let name = finding.policy, let policy = policies[name], let setting = finding.setting,
            policy.desired.value(setting) != nil
        else {
            throw PlanRefusal(
                .policyGone, "policy '\(finding.policy ?? "")' no longer asks for it", remedy: "wait for the next sweep"
            )
        }
        // The mode that goes for this node and this cause; the policy's own where the finding is from before.
        let mode = finding.mode ?? policy.mode
        guard modes.contains(mode) else {
            let reason = finding.modeReason.map { ": \($0)" } ?? ""
            throw PlanRefusal(
                .auditOnly, "policy '\(name)' is in mode \(mode) here\(reason)",
                remedy: mode == .audit ? "set its mode to propose" : "ask for it with nestor remediate")
        }
    }

    /// Takes up one guest's findings.
    mutating func add(_ findings: [Finding]) {
        var fit: [Finding] = []
        for finding in findings {
            do throws(PlanRefusal) {
                try checkFinding(finding)
                fit.append(finding)
            } catch {
                block(finding, error)
            }
        }
        if let path = fit.first?.path { addItem(path, fit) }
    }

    /// Makes one guest's item, or blocks each of its findings with the same reason.
    private mutating func addItem(_ path: NodePath, _ findings: [Finding]) {
        var rest = findings
        do throws(PlanRefusal) {
            let (node, host) = try place(path)
            let isActive = node.guest?.state == .running
            if isActive {
                let forbidden = findings.filter { !rules(of: $0).restart }
                for finding in forbidden {
                    block(
                        finding,
                        PlanRefusal(
                            .restartNotAllowed,
                            "\(path) runs, and policy '\(finding.policy ?? "")' does not allow to restart it",
                            remedy: "shut it down by hand, or allow restart in the policy"))
                }
                rest.removeAll { !rules(of: $0).restart }
            }
            guard !rest.isEmpty else { return }
            items.append(try item(node, host, rest))
        } catch {
            for finding in rest { block(finding, error) }
        }
    }

    private func rules(of finding: Finding) -> DisruptionRules {
        finding.policy.flatMap { policies[$0]?.disruption } ?? DisruptionRules(restart: false, drain: false)
    }

    /// The guest's node and the host that reports it.
    private func place(_ path: NodePath) throws(PlanRefusal) -> (TreeNode, Shared<HostView>) {
        let above = path.parent
        guard let host = above.flatMap(index.node(at:))?.sharedHost, host.value.isCurrent,
            host.value.report?.guests.isUnknown == false
        else {
            throw PlanRefusal(
                .hostUnread, "the host of \(path) could not be read",
                remedy: "make it readable (nestor host check \(above ?? path))")
        }
        guard let node = index.node(at: path), node.sharedGuest != nil else {
            throw PlanRefusal(.guestGone, "\(path) is no longer on its host", remedy: "wait for the next sweep")
        }
        return (node, host)
    }

    /// Why this machine may not be who it seems; nil where nothing says so.
    private func identity(_ node: TreeNode) -> PlanRefusal? {
        if !doubted.isEmpty {
            let places = sequence(first: node.path, next: \.parent)
            let uuid = node.sharedGuest?.value.uuid.lowercased()
            if let finding = places.lazy.compactMap({ doubted[$0] }).first ?? uuid.flatMap({ doubtedUUIDs[$0] }) {
                return PlanRefusal(
                    .identity, "\(node.path) is not touched: \(finding.sentence)", remedy: finding.remedy)
            }
        }
        guard let guest = node.sharedGuest, let other = index.otherPlace(of: guest.value, at: node.path) else {
            return nil
        }
        return PlanRefusal(
            .guestElsewhere, "\(other) has the uuid of \(node.path), which must not run twice",
            remedy: "remove the definition that a migration left behind (virsh undefine)")
    }

    /// Makes one guest's item of a change that no finding asks for, or says why not.
    mutating func addItem(_ path: NodePath, _ change: GuestChange, rules: DisruptionRules) {
        do throws(PlanRefusal) {
            let (node, host) = try place(path)
            items.append(try item(node, host, change: change, rules: rules))
        } catch {
            blocked.append(
                PlanBlock(
                    path: path, finding: "", code: error.code.rawValue, sentence: error.sentence,
                    remedy: error.remedy))
        }
    }

    private func item(_ node: TreeNode, _ host: Shared<HostView>, _ findings: [Finding]) throws(PlanRefusal) -> PlanItem
    {
        var item = try item(
            node, host, change: change(findings), rules: DisruptionRules.strictest(of: findings.map(rules(of:))))
        item.findings = findings.map(\.id)
        item.policies = Set(findings.compactMap(\.policy)).sorted()
        return item
    }

    private func item(
        _ node: TreeNode, _ host: Shared<HostView>, change: GuestChange, rules: DisruptionRules
    ) throws(PlanRefusal) -> PlanItem {
        guard let guest = node.guest else {
            throw PlanRefusal(.guestGone, "\(node.path) is no longer on its host", remedy: "wait for the next sweep")
        }
        if let refusal = identity(node) { throw refusal }
        try checkAge(host.value, rules)
        try GuestRefusals.check(guest, at: node.path, rules: rules)
        let inside = try Inside(of: node, rules: rules, identity: identity)
        for drain in inside.drains {
            if let view = index.node(at: drain.host)?.host { try checkAge(view, rules) }
        }
        let isHost = node.host.map { $0.health.state != .agentMissing } ?? false
        var item = PlanItem(
            path: node.path, host: host.value.host.path, uuid: guest.uuid, change: change,
            definitionDigest: guest.definitionDigest.value ?? "", findings: [], policies: [],
            disruption: guest.state == .running ? .guestRestart : .none, blastRadius: inside.running,
            blastRadiusUnknown: inside.isUnknown, nestingInUse: guest.exposure.inUse.value, drains: inside.drains,
            verifyInside: isHost ? node.path : nil, rules: rules, steps: [])
        item.before = change.before(in: guest)
        item.steps = PlanSteps.sentences(item, guest, inside)
        return item
    }

    private func checkAge(_ view: HostView, _ rules: DisruptionRules) throws(PlanRefusal) {
        let path = view.host.path
        guard let received = received[path] ?? view.health.reportedAt else {
            throw PlanRefusal(.hostUnread, "no report of \(path) was received", remedy: "wait for the next sweep")
        }
        let age = Int(now.timeIntervalSince(received))
        guard age <= rules.reportAgeSeconds else {
            throw PlanRefusal(
                .reportTooOld,
                "the report of \(path) is \(age) s old, and the policy allows \(rules.reportAgeSeconds) s",
                remedy: "read the host again (nestor host check \(path))")
        }
    }

    private func change(_ findings: [Finding]) -> GuestChange {
        var change = GuestChange()
        for finding in findings {
            guard let setting = finding.setting,
                let desired = finding.policy.flatMap({ policies[$0]?.desired })
            else { continue }
            switch setting {
            case .exposure: change.exposure = desired.exposure
            case .startupMemory: change.startupMemory = desired.startupMemory
            case .maximumVCPUs: change.maximumVCPUs = desired.maximumVCPUs
            case .dynamicMemory: change.dynamicMemory = desired.dynamicMemory
            case .macSpoofing, .savedState, .snapshots, .autostart, .hostNesting, .unknown: break
            }
        }
        return change
    }
}
