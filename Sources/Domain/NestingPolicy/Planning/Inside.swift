import NestingModel

/// What runs inside a guest, and goes down with it.
struct Inside {
    /// Guests that run, deepest first.
    var running: [NodePath] = []
    /// Hosts whose guests are stopped first, deepest first.
    var drains: [DrainStep] = []
    /// What runs the stopped guests of each drained host; nil stands for what can't be told.
    var engines: [NodePath: Set<GuestEngine?>] = [:]
    /// Where no agent can tell what runs inside a guest that is exposed.
    var isUnknown = false

    /// - Throws: where something inside can't be stopped properly, or can't be known though an agent should tell.
    init(of node: TreeNode, rules: DisruptionRules, identity: (TreeNode) -> PlanRefusal?) throws(PlanRefusal) {
        guard node.sharedGuest?.value.state == .running else { return }
        try collect(node, rules, identity)
        running.sort { ($1.level, $0) < ($0.level, $1) }
        drains.sort { ($1.host.level, $0.host) < ($0.host.level, $1.host) }
        guard rules.drain || running.isEmpty else {
            throw PlanRefusal(
                .drainNotAllowed,
                "\(running.count) guest\(running.count == 1 ? "" : "s") below \(node.path) would be cut, and the policy "
                    + "does not allow to drain",
                remedy: "shut them down by hand, or allow drain in the policy")
        }
    }

    /// - Parameter node: a guest that runs.
    private mutating func collect(
        _ node: TreeNode, _ rules: DisruptionRules, _ identity: (TreeNode) -> PlanRefusal?
    ) throws(PlanRefusal) {
        guard let view = node.host, view.health.state != .agentMissing else {
            // Where extensions are hidden nobody nests unless by emulation, which an agent would have to tell.
            isUnknown = isUnknown || node.sharedGuest?.value.exposure.live.value != false
            return
        }
        guard view.isCurrent, let report = view.report, !report.guests.isUnknown else {
            throw PlanRefusal(
                .insideUnread, "what runs inside \(node.path) can't be told: \(Self.why(view))",
                remedy: "make the host readable (nestor host check \(node.path)), or remove it from the fleet")
        }
        var stopped: [String] = []
        for number in node.children.indices {
            let child = node.children[number]
            guard let guest = child.guest, guest.state != .off, guest.state != .saved else { continue }
            if let refusal = identity(child) { throw refusal }
            try GuestRefusals.checkDrain(guest, at: child.path, rules: rules)
            running.append(child.path)
            stopped.append(guest.uuid)
            engines[node.path, default: []].insert(guest.engine.value)
            try collect(child, rules, identity)
        }
        if !stopped.isEmpty { drains.append(DrainStep(host: node.path, guests: stopped)) }
    }

    private static func why(_ view: HostView) -> String {
        if view.claimsAnother { return "its agent claims another uuid" }
        if view.health.state == .ok { return view.report?.guests.reason ?? "it has no report" }
        return view.health.sentence.isEmpty ? view.health.state.rawValue : view.health.sentence
    }
}
