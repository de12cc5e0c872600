/// Hosts and guests joined by identity: a guest that is also a host is one node of both kinds.
package struct NestingTree: Codable, Sendable, Equatable {
    /// Physical hosts, by path.
    package var roots: [TreeNode]

    package init(roots: [TreeNode]) {
        self.roots = roots
    }

    /// Every node, parents before children.
    package var nodes: [TreeNode] { roots.flatMap(\.withDescendants) }

    package func node(at path: NodePath) -> TreeNode? {
        roots.first { $0.path == path || $0.path.contains(path) }?.node(at: path)
    }
}

/// One machine of the tree.
package struct TreeNode: Codable, Sendable, Equatable {
    package var path: NodePath
    /// As its host's report has it; nil for a physical host, or where an enrolled guest is not in that report.
    package var guest: GuestReport?
    /// As it is enrolled; nil for a guest without an agent.
    package var host: HostView?
    /// What its identity rests on, as a sentence; nil where it is no enrolled host.
    package var identity: String?
    package var children: [TreeNode]

    package init(
        path: NodePath, guest: GuestReport? = nil, host: HostView? = nil, identity: String? = nil,
        children: [TreeNode] = []
    ) {
        self.path = path
        self.guest = guest
        self.host = host
        self.identity = identity
        self.children = children
    }

    package var withDescendants: [TreeNode] { [self] + children.flatMap(\.withDescendants) }

    package func node(at wanted: NodePath) -> TreeNode? {
        if path == wanted { return self }
        return children.first { $0.path == wanted || $0.path.contains(wanted) }?.node(at: wanted)
    }
}
