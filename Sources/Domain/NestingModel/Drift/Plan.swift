package import FoundationEssentials

/// Ordered work that ends drift, computed and not yet done.
package struct Plan: Codable, Sendable, Hashable {
    /// In the order in which they run: deeper guests first.
    package var items: [PlanItem]
    /// Findings that have no item, and why.
    package var blocked: [PlanBlock]
    package var madeAt: Date

    package init(items: [PlanItem], blocked: [PlanBlock], madeAt: Date) {
        self.items = items
        self.blocked = blocked
        self.madeAt = madeAt
    }

    /// Without the items for which there is a reason: each of their findings is blocked by it.
    package func leavingOut(
        _ cause: PlanBlock.LeftOut, _ why: (PlanItem) -> (sentence: String, remedy: String)?
    ) -> Plan {
        var plan = self
        plan.items = items.filter { item in
            guard let reason = why(item) else { return true }
            // What sets back a remediation ends no finding.
            plan.blocked += (item.findings.isEmpty ? [""] : item.findings).map {
                PlanBlock(
                    path: item.path, finding: $0, code: cause.rawValue, sentence: reason.sentence,
                    remedy: reason.remedy)
            }
            return false
        }
        return plan
    }

    /// Why guests were left out that could be corrected as such: one block for each of them.
    package var leftOut: [PlanBlock] {
        var seen: Set<NodePath> = []
        return blocked.filter { PlanBlock.LeftOut(rawValue: $0.code) != nil && seen.insert($0.path).inserted }
    }
}

/// One guest's whole change.
package struct PlanItem: Codable, Sendable, Hashable {
    package var path: NodePath
    /// The enrolled host whose agent does it.
    package var host: NodePath
    package var uuid: String
    package var change: GuestChange
    /// Of the report that the plan was made from.
    package var definitionDigest: String
    /// The findings that it ends.
    package var findings: [String]
    package var policies: [String]
    package var disruption: Disruption
    /// Guests inside it that run now, deepest first: they go down with it.
    package var blastRadius: [NodePath]
    /// True where what runs inside can't be told, since no agent is there.
    package var blastRadiusUnknown: Bool
    /// Whether a guest of this guest ran since it started, where KVM tells.
    package var nestingInUse: Bool?
    /// Hosts at or below it whose running guests are stopped first, deepest first.
    package var drains: [DrainStep]
    /// The enrolled host that the guest itself is, which verifies the change from inside; nil where it has no agent.
    package var verifyInside: NodePath?
    package var rules: DisruptionRules
    /// What will be done, one sentence each, for people.
    package var steps: [String]
    /// What the guest has now of what the change sets; nil in plans from before that was kept.
    package var before: GuestChange?

    package init(
        path: NodePath, host: NodePath, uuid: String, change: GuestChange, definitionDigest: String,
        findings: [String], policies: [String], disruption: Disruption, blastRadius: [NodePath],
        blastRadiusUnknown: Bool, nestingInUse: Bool?, drains: [DrainStep], verifyInside: NodePath?,
        rules: DisruptionRules, steps: [String]
    ) {
        self.path = path
        self.host = host
        self.uuid = uuid
        self.change = change
        self.definitionDigest = definitionDigest
        self.findings = findings
        self.policies = policies
        self.disruption = disruption
        self.blastRadius = blastRadius
        self.blastRadiusUnknown = blastRadiusUnknown
        self.nestingInUse = nestingInUse
        self.drains = drains
        self.verifyInside = verifyInside
        self.rules = rules
        self.steps = steps
    }

    /// The longest that the whole item can take, going back included, in seconds: a drain's dead-man time outlasts
    /// it, and no item starts that can't end inside its maintenance window by it.
    /// - Parameter startSeconds: what a guest may take to start.
    package func wholeSeconds(startSeconds: Int) -> Int {
        Self.wholeSeconds(shutdownSeconds: rules.shutdownSeconds, drains: drains.count, startSeconds: startSeconds)
    }

    package static func wholeSeconds(shutdownSeconds: Int, drains: Int, startSeconds: Int) -> Int {
        shutdownSeconds * (drains + 2) + startSeconds * 3 + 120
    }

    /// All that it disturbs: the guest, and what goes down with it.
    package var disturbed: [NodePath] { [path] + blastRadius }
}

/// Guests of one host that a plan stops before and starts after.
package struct DrainStep: Codable, Sendable, Hashable {
    package var host: NodePath
    /// UUIDs of the guests that run.
    package var guests: [String]

    package init(host: NodePath, guests: [String]) {
        self.host = host
        self.guests = guests
    }
}

/// A finding that the plan can't end.
package struct PlanBlock: Codable, Sendable, Hashable {
    /// Codes of what only time or a person's word stands in the way of.
    package enum LeftOut: String, Sendable {
        case frozen
        case neverStarts = "never-starts"
    }

    package var path: NodePath
    package var finding: String
    package var code: String
    package var sentence: String
    package var remedy: String

    package init(path: NodePath, finding: String, code: String, sentence: String, remedy: String) {
        self.path = path
        self.finding = finding
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }
}

/// What a change disturbs.
package enum Disruption: String, OpenEnumeration {
    case none
    case guestRestart = "guest-restart"
    case hostReload = "host-reload"
    case hostReboot = "host-reboot"
    case unknown
}
