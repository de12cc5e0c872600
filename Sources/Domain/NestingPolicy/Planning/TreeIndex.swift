import NestingModel

/// Finds nodes by path and by UUID without going through the whole tree each time.
struct TreeIndex {
    private let tree: NestingTree
    private let roots: [String: Int]
    /// Where guests have each UUID.
    private var placesOfUUID: [String: [NodePath]] = [:]

    init(_ tree: NestingTree) {
        self.tree = tree
        roots = Dictionary(tree.roots.indices.map { (tree.roots[$0].path.name, $0) }) { first, _ in first }
        for number in tree.roots.indices { collect(tree.roots[number]) }
    }

    private mutating func collect(_ node: TreeNode) {
        if let uuid = node.guest?.uuid { placesOfUUID[uuid.lowercased(), default: []].append(node.path) }
        for number in node.children.indices { collect(node.children[number]) }
    }

    func node(at path: NodePath) -> TreeNode? {
        roots[path.names[0]].flatMap { tree.roots[$0].node(at: path) }
    }

    /// Another place where this guest is defined or runs.
    func otherPlace(of guest: GuestReport, at path: NodePath) -> NodePath? {
        placesOfUUID[guest.uuid.lowercased()]?.first { $0 != path }
    }
}
