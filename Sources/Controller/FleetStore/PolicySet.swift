package import FoundationEssentials
package import NestingModel

/// All policies and exemptions as one revision. No revision is ever changed or thrown away.
package struct PolicySet: Codable, Sendable, Hashable {
    package var revision: Int
    package var policies: [Policy]
    package var exemptions: [Exemption]
    /// Who made it: `alice (uid 1000)`; nil for revisions from before this was kept.
    package var by: String?
    package var at: Date?
    /// What was done, where it was not an ordinary change: `rollback to revision 3`.
    package var note: String?

    package init(
        revision: Int = 0, policies: [Policy] = [], exemptions: [Exemption] = [], by: String? = nil, at: Date? = nil,
        note: String? = nil
    ) {
        self.revision = revision
        self.policies = policies
        self.exemptions = exemptions
        self.by = by
        self.at = at
        self.note = note
    }

    package var book: PolicyBook { PolicyBook(policies: policies, exemptions: exemptions) }
}
