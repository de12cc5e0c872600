package import FoundationEssentials

/// One run of a plan over the fleet, as the controller's journal has it.
package struct Remediation: Codable, Sendable, Hashable {
    package var id: String
    package var plan: Plan
    package var state: RemediationState
    /// One for each item of the plan, in its order.
    package var items: [RemediationItem]
    /// Who asked for it: `alice (uid 1000)`, or `policy NAME`.
    package var requestedBy: String
    package var startedAt: Date
    package var endedAt: Date?
    package var sentence: String
    /// What a guest may take to start, in seconds, as the settings were when it began: an order that is sent again
    /// after they changed has to be the same order.
    package var startSeconds: Int?

    package init(
        id: String, plan: Plan, state: RemediationState, items: [RemediationItem], requestedBy: String,
        startedAt: Date, endedAt: Date? = nil, sentence: String = "", startSeconds: Int? = nil
    ) {
        self.id = id
        self.plan = plan
        self.state = state
        self.items = items
        self.requestedBy = requestedBy
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.sentence = sentence
        self.startSeconds = startSeconds
    }
}

/// Where one guest's change stands.
package struct RemediationItem: Codable, Sendable, Hashable {
    package var path: NodePath
    package var step: RemediationStep
    package var outcome: RemediationOutcome?
    package var verification: Verification?
    /// The correction's id on the host's agent.
    package var correction: String
    /// The drains' ids, by host, in the plan's order.
    package var drains: [String]
    /// The boot that the guest's own agent reported before; verification needs another one.
    package var bootIDBefore: String?
    package var sentence: String
    package var remedy: String

    package init(
        path: NodePath, step: RemediationStep = .waiting, outcome: RemediationOutcome? = nil,
        verification: Verification? = nil, correction: String, drains: [String], bootIDBefore: String? = nil,
        sentence: String = "", remedy: String = ""
    ) {
        self.path = path
        self.step = step
        self.outcome = outcome
        self.verification = verification
        self.correction = correction
        self.drains = drains
        self.bootIDBefore = bootIDBefore
        self.sentence = sentence
        self.remedy = remedy
    }
}

/// The steps of one item, each journalled before it begins.
package enum RemediationStep: String, OpenEnumeration {
    case waiting, reading, draining, correcting, verifying, finishing, releasing, done, unknown
}

/// How a whole remediation stands.
package enum RemediationState: String, OpenEnumeration {
    case running, succeeded, failed
    /// Stopped by `freeze` or by the controller's end; `remediation resume` goes on.
    case interrupted
    case unknown
}

/// How an item ended.
package enum RemediationOutcome: String, OpenEnumeration {
    case corrected
    /// The change holds, and could not be verified.
    case unverified
    case rolledBack = "rolled-back"
    case refused, failed, skipped, unknown
}

/// What was found inside the guest after its restart.
package enum Verification: String, OpenEnumeration {
    case passed, failed
    /// Its agent could not be asked, or its boot is not a new one.
    case inconclusive
    /// It has no agent: the host's word only.
    case hostOnly = "host-only"
    /// The guest was off and stays off: there is nothing to look at.
    case notRunning = "not-running"
    case unknown
}
