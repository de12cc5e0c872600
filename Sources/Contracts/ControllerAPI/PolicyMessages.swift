package import FoundationEssentials
package import NestingModel

/// One revision of the policies and exemptions.
package struct PoliciesAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    package var policies: [Policy]
    package var exemptions: [Exemption]
    /// Who made it; nil for revisions from before this was kept.
    package var by: String?
    package var at: Date?
    /// What was done, where it was no ordinary change.
    package var note: String?

    package init(
        revision: Int, policies: [Policy], exemptions: [Exemption] = [], by: String? = nil, at: Date? = nil,
        note: String? = nil
    ) {
        self.revision = revision
        self.policies = policies
        self.exemptions = exemptions
        self.by = by
        self.at = at
        self.note = note
    }
}

/// What a draft of policies would do over the stored fleet.
package struct PreviewAnswer: Codable, Sendable, Hashable {
    package var opens: [Finding]
    package var closes: [Finding]
    /// What an exemption would hold from then on.
    package var exempts: [Finding]
    /// Standing findings for which Nestor would go further, or less far.
    package var modes: [ModeChange]
    /// What could be corrected then.
    package var plan: Plan
    package var warnings: [String]
    /// How many there are of each kind, where the lists were cut; nil where they are whole.
    package var counts: PreviewCounts?

    package init(
        opens: [Finding], closes: [Finding], exempts: [Finding] = [], modes: [ModeChange] = [], plan: Plan,
        warnings: [String]
    ) {
        self.opens = opens
        self.closes = closes
        self.exempts = exempts
        self.modes = modes
        self.plan = plan
        self.warnings = warnings
    }
}

/// A standing finding with another mode than before.
package struct ModeChange: Codable, Sendable, Hashable {
    package var finding: Finding
    package var before: PolicyMode?

    package init(finding: Finding, before: PolicyMode?) {
        self.finding = finding
        self.before = before
    }
}
