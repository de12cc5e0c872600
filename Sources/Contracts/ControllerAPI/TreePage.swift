package import NestingModel

/// Some nesting trees, each of them whole, with what is open in them.
package struct TreePage: Codable, Sendable, Equatable {
    /// By path.
    package var tree: NestingTree
    /// Open and stale ones of these nodes.
    package var findings: [Finding]
    /// Physical hosts that come after these.
    package var more: Int
    /// The last of these hosts, for `after` of the next page; nil on the last one.
    package var next: NodePath?

    /// Nodes on a page where nobody says otherwise; the tree that reaches it is the last one on the page.
    package static let usual = 500

    package init(tree: NestingTree, findings: [Finding], more: Int = 0, next: NodePath? = nil) {
        self.tree = tree
        self.findings = findings
        self.more = more
        self.next = next
    }
}
