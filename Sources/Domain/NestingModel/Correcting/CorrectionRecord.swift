/// Where a correction stands, as its agent's journal has it.
package struct CorrectionRecord: Codable, Sendable, Hashable {
    package var id: String
    package var verb: CorrectionVerb
    /// The guests that it concerns.
    package var guests: [String]
    package var phase: CorrectionPhase
    /// Set when `phase` is `ended`.
    package var outcome: CorrectionOutcome?
    /// A stable code of a refusal or failure, such as `guest-moved`.
    package var code: String?
    /// For people: what happens now, or why it ended so.
    package var sentence: String
    /// What a person can do; empty where nothing is needed.
    package var remedy: String
    /// True while the agent still owes a guest its start.
    package var owesStart: Bool
    /// False where the guest ran with the change already, so that it was not restarted; nil where that is not told or
    /// not known yet.
    package var restarted: Bool?

    package init(
        id: String, verb: CorrectionVerb, guests: [String], phase: CorrectionPhase,
        outcome: CorrectionOutcome? = nil, code: String? = nil, sentence: String = "", remedy: String = "",
        owesStart: Bool = false, restarted: Bool? = nil
    ) {
        self.id = id
        self.verb = verb
        self.guests = guests
        self.phase = phase
        self.outcome = outcome
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.owesStart = owesStart
        self.restarted = restarted
    }
}

/// A correction's steps, in order. `guest.set`: queued, checking, defining, stopping, starting, awaitingVerdict
/// (then maybe rollingBack), ended. `guests.drain`: queued, stopping, holding, releasing, ended.
package enum CorrectionPhase: String, OpenEnumeration {
    case queued, checking, defining, stopping, starting
    case awaitingVerdict = "awaiting-verdict"
    case rollingBack = "rolling-back"
    case holding, releasing, ended, unknown
}

/// How a correction ended.
package enum CorrectionOutcome: String, OpenEnumeration {
    /// The change holds, and the controller confirmed it. For a drain: all guests run again.
    case committed
    /// The change holds, and nobody said in time whether it works.
    case kept
    /// Our own settings are as they were, and the guest runs if it ran.
    case rolledBack = "rolled-back"
    /// Nothing was touched.
    case refused
    /// It went wrong, and a person is needed; `code` and `sentence` tell what is left.
    case failed
    case unknown
}

/// The controller's word on a correction that waits.
package enum CorrectionVerdict: String, OpenEnumeration {
    case commit, rollback, unknown
}
