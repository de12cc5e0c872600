package import NestingModel

/// Which findings are asked for, and which part of them.
package struct FindingQuery: Sendable, Hashable {
    /// These nodes and all below them; none means the whole fleet.
    package var paths: [NodePath]
    /// Of nodes that it selects, as a policy does.
    package var selector: PolicySelector?
    /// Of just these nodes; nil means any. Who answers the query writes what `selector` selects here.
    package var nodes: Set<NodePath>?
    /// Which one of these policies decides; none means any.
    package var policies: [String]
    /// About one of these; none means any, and those that are about none.
    package var settings: [Setting]
    /// So severe at least.
    package var severity: Severity?
    /// Also those that ended, behind the others.
    package var resolved: Bool
    /// Those that an exemption holds, instead of the open ones.
    package var exempted: Bool
    /// The `next` of the page before; nil begins.
    package var after: String?
    package var limit: Int

    /// On a page where nobody says otherwise.
    package static let usual = 500
    /// On one page.
    package static let most = 5_000

    package init(
        paths: [NodePath] = [], selector: PolicySelector? = nil, policies: [String] = [], settings: [Setting] = [],
        severity: Severity? = nil, resolved: Bool = false, exempted: Bool = false, after: String? = nil,
        limit: Int = FindingQuery.usual
    ) {
        self.paths = paths
        self.selector = selector
        self.policies = policies
        self.settings = settings
        self.severity = severity
        self.resolved = resolved
        self.exempted = exempted
        self.after = after
        self.limit = limit
    }
}

/// Some of the findings that were asked for: the worst first, then by path. Pages that follow each other miss none and
/// repeat none of those that stay as they are meanwhile.
package typealias FindingPage = PageOf<Finding>

/// A page of findings, or of what stands for them.
package struct PageOf<Element: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    package var findings: [Element]
    /// On all pages together.
    package var total: Int
    /// On all pages together, those that a script should hear of (`Finding.countsAsDrift`).
    package var drifting: Int
    /// What the query for the next page has as `after`; nil on the last one.
    package var next: String?

    package init(findings: [Element], total: Int, drifting: Int, next: String?) {
        self.findings = findings
        self.total = total
        self.drifting = drifting
        self.next = next
    }
}
