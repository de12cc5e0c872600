import NestingModel

/// Finds nodes by path and by UUID without going through the whole tree each time.
struct TreeIndex: Sendable {
    private let tree: NestingTree
    private let roots: [String: Int]
    private let identities: IdentityRegister

    /// - Parameter identities: of this tree, where somebody keeps them; nil has them collected.
    init(_ tree: NestingTree, identities: IdentityRegister?) {
        self.tree = tree
        roots = Dictionary(tree.roots.indices.map { (tree.roots[$0].path.name, $0) }) { first, _ in first }
        self.identities = identities ?? IdentityRegister(tree)
    }

    func node(at path: NodePath) -> TreeNode? {
        roots[path.names[0]].flatMap { tree.roots[$0].node(at: path) }
    }

    /// A node, and the one above it: a guest and its host.
    func place(_ path: NodePath) -> (above: TreeNode?, node: TreeNode?) {
        guard let parent = path.parent, let above = node(at: parent) else { return (nil, node(at: path)) }
        return (above, above.node(at: path))
    }

    /// Another place where this guest is defined or runs.
    func otherPlace(of guest: GuestReport, at path: NodePath) -> NodePath? {
        identities.otherPlace(of: guest, at: path)
    }
}
