package import NestingModel

/// Asks for the policy change under which a finding would close.
package struct AdoptRequest: Codable, Sendable, Hashable {
    /// Its id, or a path at which it is the only one that is open.
    package var finding: String
    /// For an exemption that is pinned to the found value; nil for a policy that wants it.
    package var exemption: ExemptionWish?

    package init(finding: String, exemption: ExemptionWish? = nil) {
        self.finding = finding
        self.exemption = exemption
    }
}

/// What a person has to say of an exemption.
package struct ExemptionWish: Codable, Sendable, Hashable {
    package var owner: String
    package var reason: String
    /// As policy files have it, `2027-01-31T18:00 Europe/Berlin` or RFC 3339.
    package var until: String

    package init(owner: String, reason: String, until: String) {
        self.owner = owner
        self.reason = reason
        self.until = until
    }
}

/// A policy file for review, and what it would do over the stored fleet. Nothing was changed.
package struct AdoptAnswer: Codable, Sendable, Hashable {
    package var finding: Finding
    /// `changed` (the policy that decides), `added` (one more, about this node alone) or `exempted`.
    package var change: String
    /// Of the policy or exemption.
    package var name: String
    /// A policy file, as YAML: with what it would do as comments above it.
    package var text: String
    /// What a person who reviews it should know.
    package var notes: [String]
    package var preview: PreviewAnswer

    package init(
        finding: Finding, change: String, name: String, text: String, notes: [String], preview: PreviewAnswer
    ) {
        self.finding = finding
        self.change = change
        self.name = name
        self.text = text
        self.notes = notes
        self.preview = preview
    }
}
