import FoundationEssentials
import NestingModel

/// A plan in the making.
struct PlanDraft: Sendable {
    private let index: TreeIndex
    /// Of all that it may be about; they are told by their places in here.
    private let findings: [Finding]
    private let policies: [String: Shared<Policy>]
    private let modes: Set<PolicyMode>
    private let received: [NodePath: Date]
    private let now: Date
    /// Open identity findings, by place and by UUID: a guest that moved is not touched at its new place either.
    private let doubted: [NodePath: Finding]
    private let doubtedUUIDs: [String: Finding]
    /// How many items are worded; nil for all.
    private let limit: Int?
    /// The first of them.
    private(set) var items: [PlanItem] = []
    private(set) var itemCount = 0
    private(set) var blocked: [PlanBlock] = []
    /// The host that was asked last, and whether its guests can be told: many are asked of one.
    private var lastHost: (host: Shared<HostView>, isKnown: Bool)?

    init(
        tree: NestingTree, identities: IdentityRegister?, received: [NodePath: Date], findings: [Finding],
        policies: [Policy], modes: Set<PolicyMode>, limit: Int?, now: Date
    ) {
        index = TreeIndex(tree, identities: identities)
        self.findings = findings
        self.policies = Dictionary(policies.map { ($0.name, Shared($0)) }) { first, _ in first }
        self.limit = limit
        self.modes = modes
        self.received = received
        self.now = now
        let identity = findings.indices.filter { findings[$0].kind.isIdentity && findings[$0].state.isOpen }
            .map { findings[$0] }.sorted { $0.id < $1.id }
        doubted = Dictionary(identity.map { ($0.path, $0) }) { first, _ in first }
        doubtedUUIDs = Dictionary(identity.compactMap { finding in finding.uuid.map { ($0.lowercased(), finding) } }) {
            first, _ in first
        }
    }

    private mutating func block(_ number: Int, _ refusal: PlanRefusal) {
        blocked.append(
            PlanBlock(
                path: findings[number].path, finding: findings[number].id, code: refusal.code.rawValue,
                sentence: refusal.sentence, remedy: refusal.remedy))
    }

    /// Whether a finding by itself can have a plan.
    private func checkFinding(_ number: Int) throws(PlanRefusal) {
        func refuse(_ code: PlanRefusal.Code) -> PlanRefusal {
            PlanRefusal(code, findings[number].sentence, remedy: findings[number].remedy)
        }
        switch findings[number].kind {
        case .clone, .falseClaim, .guestMoved: throw refuse(.identity)
        case .policyConflict: throw refuse(.policyConflict)
        case .hostUnread: throw refuse(.hostUnread)
        case .unreadable: throw refuse(.unknownFact)
        case .crossCheck, .unusedExposure, .unknown: throw refuse(.notCorrectable)
        case .drift, .restartNeeded: break
        }
        if findings[number].state == .stale {
            let path = findings[number].path
            throw PlanRefusal(
                .hostUnread, "whether this still holds can't be told: \(findings[number].sentence)",
                remedy: "make the host readable (nestor host check \(path.parent ?? path))")
        }
        guard findings[number].correctable else { throw refuse(.notCorrectable) }
        if let contest = findings[number].contest {
            let (path, setting) = (findings[number].path, findings[number].setting?.rawValue ?? "it")
            throw PlanRefusal(
                .contested, "\(setting) of \(path) is contested: \(contest.sentence)",
                remedy: "find out who sets it (nestor history \(path)), then nestor drift settle \(findings[number].id)"
            )
        }
        guard let name = findings[number].policy, let policy = policies[name], let setting = findings[number].setting,
            policy.value.desired.value(setting) != nil
        else {
            throw PlanRefusal(
                .policyGone, "policy '\(findings[number].policy ?? "")' no longer asks for it",
                remedy: "wait for the next sweep")
        }
        // The mode that goes for this node and this cause; the policy's own where the finding is from before.
        let mode = findings[number].mode ?? policy.value.mode
        guard modes.contains(mode) else {
            let reason = findings[number].modeReason.map { ": \($0)" } ?? ""
            throw PlanRefusal(
                .auditOnly, "policy '\(name)' is in mode \(mode) here\(reason)",
                remedy: mode == .audit ? "set its mode to propose" : "ask for it with nestor remediate")
        }
    }

    /// Takes up one guest's findings, by number.
    mutating func add(_ numbers: ArraySlice<Int>) {
        var fit: [Int] = []
        for number in numbers {
            do throws(PlanRefusal) {
                try checkFinding(number)
                fit.append(number)
            } catch {
                block(number, error)
            }
        }
        if let first = fit.first { addItem(findings[first].path, fit) }
    }

    /// Makes one guest's item, or blocks each of its findings with the same reason.
    private mutating func addItem(_ path: NodePath, _ numbers: [Int]) {
        var rest = numbers
        do throws(PlanRefusal) {
            let (node, host) = try place(path)
            if node.sharedGuest?.value.state == .running {
                for number in numbers where !rules(of: number).restart {
                    block(
                        number,
                        PlanRefusal(
                            .restartNotAllowed,
                            "\(path) runs, and policy '\(findings[number].policy ?? "")' does not allow to restart it",
                            remedy: "shut it down by hand, or allow restart in the policy"))
                }
                rest.removeAll { !rules(of: $0).restart }
            }
            guard !rest.isEmpty else { return }
            let strictest = DisruptionRules.strictest(of: rest.map(rules(of:)))
            let inside = try check(node, host, strictest)
            itemCount += 1
            guard isWorded(itemCount), var item = item(node, host, inside, change(rest), strictest) else { return }
            item.findings = rest.map { findings[$0].id }
            item.policies = Set(rest.compactMap { findings[$0].policy }).sorted()
            items.append(item)
        } catch {
            for number in rest { block(number, error) }
        }
    }

    private func isWorded(_ count: Int) -> Bool { limit.map { count <= $0 } ?? true }

    private func rules(of number: Int) -> DisruptionRules {
        findings[number].policy.flatMap { policies[$0]?.value.disruption }
            ?? DisruptionRules(restart: false, drain: false)
    }

    /// The guest's node and the host that reports it.
    private mutating func place(_ path: NodePath) throws(PlanRefusal) -> (TreeNode, Shared<HostView>) {
        let (above, node) = index.place(path)
        guard let host = above?.sharedHost, isKnown(host) else {
            throw PlanRefusal(
                .hostUnread, "the host of \(path) could not be read",
                remedy: "make it readable (nestor host check \(path.parent ?? path))")
        }
        guard let node, node.sharedGuest != nil else {
            throw PlanRefusal(.guestGone, "\(path) is no longer on its host", remedy: "wait for the next sweep")
        }
        return (node, host)
    }

    /// Whether a host could be read, and its guests listed.
    private mutating func isKnown(_ host: Shared<HostView>) -> Bool {
        if let lastHost, lastHost.host === host { return lastHost.isKnown }
        let isKnown = host.value.isCurrent && host.value.report?.guests.isUnknown == false
        lastHost = (host, isKnown)
        return isKnown
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
            let inside = try check(node, host, rules)
            itemCount += 1
            if let item = item(node, host, inside, change, rules) { items.append(item) }
        } catch {
            blocked.append(
                PlanBlock(
                    path: path, finding: "", code: error.code.rawValue, sentence: error.sentence,
                    remedy: error.remedy))
        }
    }

    /// Whether a guest may be corrected, and with it what runs inside.
    private func check(
        _ node: TreeNode, _ host: Shared<HostView>, _ rules: DisruptionRules
    ) throws(PlanRefusal) -> Inside {
        if let refusal = identity(node) { throw refusal }
        try checkAge(host, rules)
        if let guest = node.sharedGuest { try GuestRefusals.check(guest.value, at: node.path, rules: rules) }
        let inside = try Inside(of: node, rules: rules, identity: identity)
        for drain in inside.drains {
            if let view = index.node(at: drain.host)?.sharedHost { try checkAge(view, rules) }
        }
        return inside
    }

    /// - Returns: nil where its host does not report it.
    private func item(
        _ node: TreeNode, _ host: Shared<HostView>, _ inside: Inside, _ change: GuestChange, _ rules: DisruptionRules
    ) -> PlanItem? {
        guard let guest = node.guest else { return nil }
        let isHost = node.sharedHost.map { $0.value.health.state != .agentMissing } ?? false
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

    private func checkAge(_ host: Shared<HostView>, _ rules: DisruptionRules) throws(PlanRefusal) {
        let path = host.value.host.path
        guard let received = received[path] ?? host.value.health.reportedAt else {
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

    private func change(_ numbers: [Int]) -> GuestChange {
        var change = GuestChange()
        for number in numbers {
            guard let setting = findings[number].setting,
                let desired = findings[number].policy.flatMap({ policies[$0]?.value.desired })
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
