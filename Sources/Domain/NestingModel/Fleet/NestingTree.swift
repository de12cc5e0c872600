/// Hosts and guests joined by identity: a guest that is also a host is one node of both kinds.
package struct NestingTree: Codable, Sendable, Equatable {
    /// Physical hosts, by path.
    package var roots: [TreeNode]

    package init(roots: [TreeNode]) {
        self.roots = roots
    }

    /// Every node, parents before children.
    package var nodes: [TreeNode] {
        var nodes: [TreeNode] = []
        for root in roots { root.add(to: &nodes) }
        return nodes
    }

    package func node(at path: NodePath) -> TreeNode? {
        roots.first { $0.path.name == path.names[0] }?.node(at: path)
    }
}

/// One machine of the tree. An object, since it is large, there are many, and none ever changes.
package final class TreeNode: Codable, Sendable, Equatable {
    package let path: NodePath
    /// As its host's report has it; nil for a physical host, or where an enrolled guest is not in that report.
    package let sharedGuest: Shared<GuestReport>?
    /// As it is enrolled; nil for a guest without an agent.
    package let sharedHost: Shared<HostView>?
    /// What its identity rests on, as a sentence; nil where it is no enrolled host.
    package let identity: String?
    package let children: [TreeNode]

    private enum CodingKeys: String, CodingKey {
        case path
        case sharedGuest = "guest"
        case sharedHost = "host"
        case identity, children
    }

    package init(
        path: NodePath, guest: GuestReport? = nil, host: HostView? = nil, identity: String? = nil,
        children: [TreeNode] = []
    ) {
        self.path = path
        sharedGuest = guest.map(Shared.init)
        sharedHost = host.map(Shared.init)
        self.identity = identity
        self.children = children
    }

    /// A copy of `sharedGuest`'s.
    package var guest: GuestReport? { sharedGuest?.value }
    /// A copy of `sharedHost`'s.
    package var host: HostView? { sharedHost?.value }

    /// The guest's, as its host has it; else the one that enrolment pinned.
    package var machineUUID: String? { sharedGuest?.value.uuid ?? sharedHost?.value.host.uuid }

    package static func == (left: TreeNode, right: TreeNode) -> Bool {
        left === right
            || left.path == right.path && left.sharedGuest == right.sharedGuest
                && left.sharedHost == right.sharedHost && left.identity == right.identity
                && left.children == right.children
    }

    package var withDescendants: [TreeNode] {
        var nodes: [TreeNode] = []
        add(to: &nodes)
        return nodes
    }

    fileprivate func add(to nodes: inout [TreeNode]) {
        nodes.append(self)
        for child in children { child.add(to: &nodes) }
    }

    /// - Parameter wanted: this node's path, or one below it.
    package func node(at wanted: NodePath) -> TreeNode? {
        let depth = path.names.count
        guard wanted.names.count > depth else { return path == wanted ? self : nil }
        return child(named: wanted.names[depth])?.node(at: wanted)
    }

    /// Joining puts children in the order of their names; a tree that comes from elsewhere need not have it.
    private func child(named name: String) -> TreeNode? {
        var (low, high) = (0, children.count)
        while low < high {
            let middle = (low + high) / 2
            if children[middle].path.name < name { low = middle + 1 } else { high = middle }
        }
        if low < children.count, children[low].path.name == name { return children[low] }
        return children.first { $0.path.name == name }
    }
}
