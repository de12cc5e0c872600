package import NestingModel

/// The selected part of the nesting tree as a page draws it: hosts and what is out of line in full, and of the rest as
/// much as a reader can take in.
package struct ReportTree: Codable, Sendable, Hashable {
    package var roots: [ReportNode]
    /// Physical hosts that are left out with all that is inside, since there is no room; nil where none is.
    package var omitted: Int?

    package init(roots: [ReportNode] = [], omitted: Int? = nil) {
        self.roots = roots
        self.omitted = omitted
    }
}

package struct ReportNode: Codable, Sendable, Hashable {
    package var path: NodePath
    /// What its host says of it, `running, nesting exposed`; for a host also what its own agent sees.
    package var description: String
    /// Whether an agent is enrolled there.
    package var isHost: Bool
    package var mark: NodeMark
    /// Open findings, in short.
    package var findings: [String]
    package var children: [ReportNode]
    /// Guests below it that are left out, since there is nothing to tell of them or no room.
    package var omitted: Int

    package init(
        path: NodePath, description: String, isHost: Bool, mark: NodeMark, findings: [String] = [],
        children: [ReportNode] = [], omitted: Int = 0
    ) {
        self.path = path
        self.description = description
        self.isHost = isHost
        self.mark = mark
        self.findings = findings
        self.children = children
        self.omitted = omitted
    }
}

/// How a node stands at a glance.
package enum NodeMark: String, OpenEnumeration {
    case inLine = "in-line"
    case outOfLine = "out-of-line"
    /// Not read, or stale.
    case unread
    /// Above what the report selects.
    case context
    case unknown
}
