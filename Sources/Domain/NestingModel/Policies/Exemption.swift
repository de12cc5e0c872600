package import FoundationEssentials

/// A dated exception to all policies: what they want of these settings is not asked of these nodes until then.
package struct Exemption: Codable, Sendable, Hashable {
    /// Unique among the fleet's exemptions.
    package var name: String
    package var selector: PolicySelector
    package var settings: [Setting]
    /// The values that it is pinned to: any other one is drift all the same. Exactly these, also where a policy asks
    /// for a least value.
    package var accepts: DesiredSettings
    /// Who answers for it.
    package var owner: String
    package var reason: String
    package var expires: Moment
    /// Where it was written, `exemptions.yaml:3`.
    package var place: String

    package init(
        name: String, selector: PolicySelector, settings: [Setting], accepts: DesiredSettings = DesiredSettings(),
        owner: String, reason: String, expires: Moment, place: String = ""
    ) {
        self.name = name
        self.selector = selector
        self.settings = settings
        self.accepts = accepts
        self.owner = owner
        self.reason = reason
        self.expires = expires
        self.place = place
    }

    package func isOver(at now: Date) -> Bool { expires.date <= now }
}

/// All that a fleet's owner says at one time: what is wanted, and where it is not asked for a while.
package struct PolicyBook: Codable, Sendable, Hashable {
    package var policies: [Policy]
    package var exemptions: [Exemption]

    package init(policies: [Policy] = [], exemptions: [Exemption] = []) {
        self.policies = policies
        self.exemptions = exemptions
    }
}

/// The exemption that a finding met.
package struct FindingExemption: Codable, Sendable, Hashable {
    package var name: String
    package var owner: String
    package var reason: String
    package var until: Moment
    package var place: String
    /// Why it no longer holds, so that the finding is open; nil while it holds.
    package var lapse: String?

    package init(_ exemption: Exemption, lapse: String? = nil) {
        name = exemption.name
        owner = exemption.owner
        reason = exemption.reason
        until = exemption.expires
        place = exemption.place
        self.lapse = lapse
    }

    /// `exempted by 'legacy' until 2027-01-31T18:00 Europe/Berlin (alice: waits for its new image)`
    package var sentence: String {
        guard let lapse else { return "exempted by '\(name)' until \(until) (\(owner): \(reason))" }
        return "exemption '\(name)' (\(owner): \(reason)) no longer holds: \(lapse)"
    }
}
