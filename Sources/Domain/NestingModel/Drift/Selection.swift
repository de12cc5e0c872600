/// Which open findings a plan is about: those that meet every condition that is stated, and without one all of them.
package struct Selection: Codable, Sendable, Hashable {
    /// Of these nodes and all below them; none means the whole fleet.
    package var paths: [NodePath]
    /// Of nodes that it selects, as a policy does.
    package var selector: PolicySelector?
    /// Which one of these policies decides; none means any.
    package var policies: [String]
    /// These, by their ids; none means any.
    package var findings: [String]

    package init(
        paths: [NodePath] = [], selector: PolicySelector? = nil, policies: [String] = [], findings: [String] = []
    ) {
        self.paths = paths
        self.selector = selector
        self.policies = policies
        self.findings = findings
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseStrangers(to: "a selection", CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        paths = try container.decodeIfPresent([NodePath].self, forKey: .paths) ?? []
        selector = try container.decodeIfPresent(PolicySelector.self, forKey: .selector)
        policies = try container.decodeIfPresent([String].self, forKey: .policies) ?? []
        findings = try container.decodeIfPresent([String].self, forKey: .findings) ?? []
    }

    /// Whether it may leave out a part of what is wrong with a node.
    package var dividesNodes: Bool { !policies.isEmpty || !findings.isEmpty }

    /// Whether a finding has its policy and its id; of its node nothing is asked.
    package func names(_ finding: Finding) -> Bool {
        (policies.isEmpty || finding.policy.map(policies.contains) == true)
            && (findings.isEmpty || findings.contains(finding.id))
    }
}
