/// For one node: who decides each setting, who lost and why, which exemption holds, and how far Nestor goes.
package struct PolicyExplanation: Codable, Sendable, Hashable {
    package var path: NodePath
    /// What selectors ask of it; labels and platform are of the nearest enrolled host at or above it.
    package var level: Int
    package var guest: String?
    package var uuid: String?
    package var labels: [String: String]
    package var platform: String?
    /// Those that a policy speaks of, in a fixed order.
    package var settings: [SettingExplanation]

    package init(
        path: NodePath, level: Int, guest: String?, uuid: String?, labels: [String: String], platform: String?,
        settings: [SettingExplanation]
    ) {
        self.path = path
        self.level = level
        self.guest = guest
        self.uuid = uuid
        self.labels = labels
        self.platform = platform
        self.settings = settings
    }
}

package struct SettingExplanation: Codable, Sendable, Hashable {
    package var setting: Setting
    /// As tables show it; empty where nothing is decided.
    package var wanted: String
    /// As tables show it.
    package var observed: String
    package var standing: SettingStanding
    /// Who decides; nil where none does.
    package var decider: PolicyVoice?
    /// Those that speak of it and don't decide it, in deciding order, each with the reason.
    package var others: [PolicyVoice]
    /// For drift that a host brings about.
    package var mode: ExplainedMode?
    /// For drift that a change of the policies brings about.
    package var intendedMode: ExplainedMode?
    /// The one that holds, or the one that no longer does.
    package var exemption: FindingExemption?

    package init(
        setting: Setting, wanted: String, observed: String, standing: SettingStanding, decider: PolicyVoice?,
        others: [PolicyVoice], mode: ExplainedMode?, intendedMode: ExplainedMode?, exemption: FindingExemption?
    ) {
        self.setting = setting
        self.wanted = wanted
        self.observed = observed
        self.standing = standing
        self.decider = decider
        self.others = others
        self.mode = mode
        self.intendedMode = intendedMode
        self.exemption = exemption
    }
}

/// How one setting of one node stands.
package enum SettingStanding: String, OpenEnumeration {
    case met
    case drift
    case restartNeeded = "restart-needed"
    /// What it is can't be told.
    case unreadable
    /// It has what was wanted before, and the grace period goes on.
    case grace
    case exempted
    /// Policies disagree.
    case conflict
    /// No policy that counts now speaks of it.
    case undecided
    case unknown
}

/// One policy's word on one setting.
package struct PolicyVoice: Codable, Sendable, Hashable {
    package var policy: String
    package var priority: Int
    package var place: String
    /// As tables show it.
    package var wants: String
    /// Why it decides, or does not.
    package var reason: String

    package init(policy: String, priority: Int, place: String, wants: String, reason: String) {
        self.policy = policy
        self.priority = priority
        self.place = place
        self.wants = wants
        self.reason = reason
    }
}

/// How far Nestor goes, and who says so.
package struct ExplainedMode: Codable, Sendable, Hashable {
    package var mode: PolicyMode
    package var reason: String

    package init(_ mode: PolicyMode, reason: String) {
        self.mode = mode
        self.reason = reason
    }
}
