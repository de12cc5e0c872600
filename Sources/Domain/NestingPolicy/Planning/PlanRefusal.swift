import NestingModel

/// Why a finding gets no plan: a stable code, and words for a person.
struct PlanRefusal: Error, Sendable, Hashable {
    /// The codes are part of the API.
    enum Code: String, Sendable, CaseIterable {
        case notCorrectable = "not-correctable"
        case auditOnly = "audit-only"
        case policyGone = "policy-gone"
        case policyConflict = "policy-conflict"
        case identity = "identity-conflict"
        case hostUnread = "host-unread"
        case reportTooOld = "report-too-old"
        case guestGone = "guest-gone"
        case guestElsewhere = "guest-elsewhere"
        case unknownFact = "unknown-fact"
        case transient
        case notSteady = "not-steady"
        case savedState = "saved-state"
        case owned
        case onPowerOff = "on-poweroff"
        case restartNotAllowed = "restart-not-allowed"
        case drainNotAllowed = "drain-not-allowed"
        case insideUnread = "inside-unread"
        case belowNotStoppable = "below-not-stoppable"
        case contested
    }

    var code: Code
    var sentence: String
    var remedy: String

    init(_ code: Code, _ sentence: String, remedy: String) {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }
}
