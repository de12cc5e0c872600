import NestingModel

/// Finds nodes by path and by UUID without going through the whole tree each time.
struct TreeIndex {
    private let tree: NestingTree
    private let roots: [String: Int]
    /// Where guests have each UUID.
    private var placesOfUUID: [UUIDKey: Places] = [:]

    /// Nearly every UUID has one.
    private struct Places {
        var first: NodePath
        var others: [NodePath] = []
    }

    init(_ tree: NestingTree) {
        self.tree = tree
        roots = Dictionary(tree.roots.indices.map { (tree.roots[$0].path.name, $0) }) { first, _ in first }
        for root in tree.roots { collect(root) }
    }

    private mutating func collect(_ node: TreeNode) {
        if let guest = node.sharedGuest {
            let uuid = UUIDKey(guest.value.uuid)
            if placesOfUUID[uuid] == nil {
                placesOfUUID[uuid] = Places(first: node.path)
            } else {
                placesOfUUID[uuid]?.others.append(node.path)
            }
        }
        for child in node.children { collect(child) }
    }

    func node(at path: NodePath) -> TreeNode? {
        roots[path.names[0]].flatMap { tree.roots[$0].node(at: path) }
    }

    /// Another place where this guest is defined or runs.
    func otherPlace(of guest: GuestReport, at path: NodePath) -> NodePath? {
        guard let places = placesOfUUID[UUIDKey(guest.uuid)] else { return nil }
        return places.first != path ? places.first : places.others.first { $0 != path }
    }
}
