package import FoundationEssentials

/// One thing that is not as it should be.
package struct Finding: Codable, Sendable, Hashable {
    /// The same for the same thing for ever: kind, path and setting, joined.
    package var id: String
    package var kind: FindingKind
    package var path: NodePath
    /// The guest's UUID, or the host's.
    package var uuid: String?
    package var setting: Setting?
    /// As tables show them; empty where the kind has none.
    package var desired: String
    package var observed: String
    package var severity: Severity
    /// The policy that decides; nil for what no policy asked for.
    package var policy: String?
    /// The one that holds for this node and this cause; nil for what no policy asked for.
    package var mode: PolicyMode?
    /// Who says so, where it is not the policy's own mode.
    package var modeReason: String?
    package var cause: DriftCause
    package var state: FindingState
    /// The exemption that holds it, or the one that no longer does; nil where there is none.
    package var exemption: FindingExemption?
    /// What it is, and what is likely behind it.
    package var sentence: String
    package var remedy: String
    /// Whether an agent can correct it.
    package var correctable: Bool
    package var firstSeen: Date
    package var lastSeen: Date
    /// nil where it was never resolved and open again within the kept history.
    package var recurrence: FindingRecurrence?
    package var acknowledgement: FindingAcknowledgement?
    package var contest: FindingContest?
    /// Of the guest's last correction, where that did not end well. It is told with a finding and not stored with it.
    package var failedCorrection: FailedCorrection?

    package init(
        kind: FindingKind, path: NodePath, uuid: String? = nil, setting: Setting? = nil, desired: String = "",
        observed: String = "", severity: Severity, policy: String? = nil, mode: PolicyMode? = nil,
        cause: DriftCause = .corrective, state: FindingState = .open, sentence: String, remedy: String,
        correctable: Bool = false, firstSeen: Date, lastSeen: Date
    ) {
        self.id = Finding.id(kind, path, setting)
        self.kind = kind
        self.path = path
        self.uuid = uuid
        self.setting = setting
        self.desired = desired
        self.observed = observed
        self.severity = severity
        self.policy = policy
        self.mode = mode
        self.cause = cause
        self.state = state
        self.sentence = sentence
        self.remedy = remedy
        self.correctable = correctable
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }

    package static func id(_ kind: FindingKind, _ path: NodePath, _ setting: Setting?) -> String {
        let place = kind.rawValue + ":" + path.description
        return setting.map { place + ":" + $0.rawValue } ?? place
    }
}

/// The kinds of findings.
package enum FindingKind: String, OpenEnumeration, CaseIterable {
    /// A policy wants another value.
    case drift
    /// A policy asks for a setting whose fact is unknown.
    case unreadable
    /// The definition has it, and the running guest has not: it needs a restart.
    case restartNeeded = "restart-needed"
    /// The host says one thing, and the guest sees another.
    case crossCheck = "cross-check"
    /// A guest is defined or enrolled here, and another host reports it running.
    case guestMoved = "guest-moved"
    /// Two guests of the fleet have the same UUID.
    case clone = "uuid-clone"
    /// A host's agent claims a UUID that is not its path's.
    case falseClaim = "uuid-false-claim"
    /// Two policies of the same priority disagree.
    case policyConflict = "policy-conflict"
    /// A host could not be read.
    case hostUnread = "host-unread"
    /// A guest has virtualization extensions and has not used them for long.
    case unusedExposure = "unused-exposure"
    case unknown
}

/// What a policy can ask for.
package enum Setting: String, OpenEnumeration, CaseIterable {
    case exposure
    case startupMemory = "startup-memory"
    case dynamicMemory = "dynamic-memory"
    case maximumVCPUs = "maximum-vcpus"
    case macSpoofing = "mac-spoofing"
    case savedState = "saved-state"
    case snapshots
    case autostart
    case hostNesting = "host-nesting"
    case unknown
}

/// Who moved: the host, or the policy.
package enum DriftCause: String, OpenEnumeration {
    /// The host changed, against a policy that stood.
    case corrective
    /// The policy changed, and the host has not followed yet.
    case intended
    case unknown
}

/// Where a finding stands.
package enum FindingState: String, OpenEnumeration {
    case open
    /// Its host can't be read: it may or may not still be so.
    case stale
    /// An exemption holds it: it is no drift, and is not corrected.
    case exempted
    case resolved
    case unknown

    /// Whether somebody has to look at it: open, or not known to have ended.
    package var isOpen: Bool { self == .open || self == .stale || self == .unknown }
}
