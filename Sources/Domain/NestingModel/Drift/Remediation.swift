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
    /// How its items follow one another; nil in those from before there were waves.
    package var rollout: Rollout?
    /// What a person asked of it while it ran.
    package var asked: RemediationAsk?
    /// Waves that are through, their soak with them.
    package var wavesDone: Int?
    /// The wave that is being watched.
    package var soak: Soak?
    /// When the next guest may start, where it waits for a window.
    package var waitsUntil: Date?
    /// True where somebody said that it runs outside maintenance windows.
    package var outsideWindows: Bool?
    /// The remediation whose changes this one sets back; nil for one that ends drift.
    package var rollsBack: String?
    /// What a person asked for; nil where nobody did, and in those from before there were selections.
    package var selection: Selection?

    package init(
        id: String, plan: Plan, state: RemediationState, items: [RemediationItem], requestedBy: String,
        startedAt: Date, endedAt: Date? = nil, sentence: String = "", startSeconds: Int? = nil,
        rollout: Rollout? = nil, outsideWindows: Bool? = nil, rollsBack: String? = nil
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
        self.rollout = rollout
        self.outsideWindows = outsideWindows
        self.rollsBack = rollsBack
    }

    /// What has begun and not ended: it is brought to its end whatever comes.
    package var inMotion: [Int] { items.indices.filter { items[$0].step != .waiting && items[$0].step != .done } }
    /// Guests whose change went wrong, or did not stay.
    package var failures: Int { items.count { $0.hasFailed } }
}

/// A person's word to a remediation that runs.
package struct RemediationAsk: Codable, Sendable, Hashable {
    package enum Word: String, OpenEnumeration {
        /// Nothing new starts, until it is resumed.
        case pause
        /// Nothing new starts, and what has not begun never will.
        case abort
        case unknown
    }

    package var word: Word
    package var by: String
    package var at: Date

    package init(word: Word, by: String, at: Date) {
        self.word = word
        self.by = by
        self.at = at
    }
}

/// A wave whose guests are corrected, and watched before the next one begins.
package struct Soak: Codable, Sendable, Hashable {
    /// From 0.
    package var wave: Int
    package var since: Date

    package init(wave: Int, since: Date) {
        self.wave = wave
        self.since = since
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
    /// What the guest had of the settings that the change sets, as read just before; nil where it was not touched.
    package var before: GuestChange?

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

    /// Whether it counts against the failure budget.
    package var hasFailed: Bool {
        switch outcome {
        case nil, .corrected, .skipped: false
        default: true
        }
    }
}

/// The steps of one item, each journalled before it begins.
package enum RemediationStep: String, OpenEnumeration {
    case waiting, reading, draining, correcting, verifying, finishing, releasing, done, unknown
}

/// How a whole remediation stands.
package enum RemediationState: String, OpenEnumeration {
    case running, succeeded, failed
    /// Stopped by `freeze`, by `remediation pause` or by what needs a person; `remediation resume` goes on.
    case interrupted
    /// Ended by `remediation abort` before all was done.
    case aborted
    case unknown
}

/// How an item ended.
package enum RemediationOutcome: String, OpenEnumeration {
    case corrected
    /// The change holds, and could not be verified.
    case unverified
    case rolledBack = "rolled-back"
    /// It was corrected, and did not stay so while its wave was watched.
    case regressed
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
