package import NestingModel

/// Where each UUID of the fleet is seen: all that the trees of a fleet have to do with each other. When one tree
/// changes, it tells which others have to be looked at again.
package struct IdentityRegister: Sendable {
    /// One place at which a UUID is seen.
    struct Sighting: Sendable, Hashable {
        var path: NodePath
        var isRunning: Bool
        var isCurrent: Bool

        /// The machine itself, physical: nothing below a hypervisor may have its UUID.
        var isRoot: Bool { path.level == 0 }
        /// Whose report shows it.
        var host: NodePath { path.parent ?? path }
    }

    /// An enrolled guest: where its UUID must be seen.
    struct PinnedPlace: Sendable, Hashable {
        var path: NodePath
        var guestIsHere: Bool
        var guestRuns: Bool
        var parentIsCurrent: Bool
    }

    /// What is said of one UUID; nearly all are seen once.
    private struct Places {
        var first: Sighting?
        var others: [Sighting] = []
        var pins: [PinnedPlace] = []

        var sightings: [Sighting] { (first.map { [$0] } ?? []) + others }
        /// Whether it is said of one place alone, so that nothing can contradict it.
        var isPlain: Bool { others.isEmpty && pins.isEmpty }
    }

    private struct Tree {
        var uuids: [UUIDKey] = []
        var falseClaims: [IdentityConflict] = []
    }

    private var trees: [String: Tree] = [:]
    private var places: [UUIDKey: Places] = [:]
    /// Those of which more is said than that they are at one place: few.
    private var doubtful: Set<UUIDKey> = []

    package init(_ tree: NestingTree) {
        places.reserveCapacity(tree.roots.reduce(0) { $0 + 1 + $1.children.count })
        for root in tree.roots { add(root) }
    }

    // MARK: Reading

    /// Those of all trees, by path.
    package var conflicts: [IdentityConflict] {
        sorted(trees.values.flatMap(\.falseClaims) + doubtful.flatMap { conflicts(about: $0) })
    }

    /// Those at places of one tree, by path.
    /// - Parameter root: the name of its root.
    package func conflicts(in root: String) -> [IdentityConflict] {
        guard let tree = trees[root] else { return [] }
        let asked = doubtful.isEmpty ? [] : doubtful.intersection(tree.uuids)
        let found = asked.flatMap { conflicts(about: $0) }.filter { $0.path.names[0] == root }
        return sorted(tree.falseClaims + found)
    }

    /// Another place where this guest is defined or runs: the first of them.
    func otherPlace(of guest: GuestReport, at path: NodePath) -> NodePath? {
        let uuid = UUIDKey(guest.uuid)
        guard let said = places[uuid] else { return nil }
        if said.others.isEmpty, said.first?.path == path { return nil }
        return said.sightings.lazy.filter { !$0.isRoot && $0.path != path }.map(\.path).min()
    }

    private func sorted(_ conflicts: [IdentityConflict]) -> [IdentityConflict] {
        conflicts.sorted { ($0.path, $0.kind.rawValue, $0.uuid) < ($1.path, $1.kind.rawValue, $1.uuid) }
    }

    private func conflicts(about uuid: UUIDKey) -> [IdentityConflict] {
        guard let said = places[uuid], !said.isPlain else { return [] }
        return IdentityComparison(uuid: uuid.text, sightings: said.sightings, pins: said.pins).conflicts
    }

    // MARK: Changing

    /// Takes up a tree as it is now.
    /// - Parameters:
    ///   - root: the name of its root.
    ///   - tree: nil where it is gone.
    /// - Returns: the names of the other roots at whose places conflicts may have come, gone or changed.
    package mutating func replace(_ root: String, with tree: TreeNode?) -> Set<String> {
        let before = saying(root)
        remove(root)
        if let tree { add(tree) }
        let after = saying(root)
        var touched: Set<String> = []
        for uuid in Set(before.keys).union(after.keys) where before[uuid] != after[uuid] {
            guard let said = places[uuid] else { continue }
            touched.formUnion(said.sightings.map { $0.path.names[0] })
            touched.formUnion(said.pins.map { $0.path.names[0] })
        }
        touched.remove(root)
        return touched
    }

    private struct Said: Equatable {
        var sightings: Set<Sighting>
        var pins: Set<PinnedPlace>
    }

    /// What one tree says of UUIDs of which others say something, too.
    private func saying(_ root: String) -> [UUIDKey: Said] {
        var result: [UUIDKey: Said] = [:]
        for uuid in trees[root]?.uuids ?? [] {
            guard let said = places[uuid] else { continue }
            result[uuid] = Said(
                sightings: Set(said.sightings.filter { $0.path.names[0] == root }),
                pins: Set(said.pins.filter { $0.path.names[0] == root }))
        }
        return result
    }

    private mutating func remove(_ root: String) {
        for uuid in trees.removeValue(forKey: root)?.uuids ?? [] {
            guard var said = places[uuid] else { continue }
            let rest = said.sightings.filter { $0.path.names[0] != root }
            said.first = rest.first
            said.others = Array(rest.dropFirst())
            said.pins.removeAll { $0.path.names[0] == root }
            keep(rest.isEmpty && said.pins.isEmpty ? nil : said, of: uuid)
        }
    }

    private mutating func add(_ root: TreeNode) {
        var tree = Tree()
        tree.uuids.reserveCapacity(root.children.count + 1)
        collect(root, below: nil, parentIsCurrent: false, &tree)
        trees[root.path.name] = tree
    }

    /// - Parameter parentIsCurrent: asked once for all children.
    private mutating func collect(
        _ node: TreeNode, below parent: TreeNode?, parentIsCurrent: Bool, _ tree: inout Tree
    ) {
        if let guest = node.sharedGuest, parent?.sharedHost != nil {
            see(
                UUIDKey(guest.value.uuid),
                Sighting(path: node.path, isRunning: guest.value.state == .running, isCurrent: parentIsCurrent), &tree)
        }
        if let view = node.sharedHost {
            if let claim = IdentityComparison.falseClaim(view.value) { tree.falseClaims.append(claim) }
            if let uuid = view.value.host.uuid.map(UUIDKey.init) { take(uuid, node, parent, parentIsCurrent, &tree) }
        }
        if node.children.isEmpty { return }
        let isCurrent = node.sharedHost?.value.isCurrent ?? false
        for child in node.children { collect(child, below: node, parentIsCurrent: isCurrent, &tree) }
    }

    /// - Parameter uuid: that was pinned when the node's host was enrolled.
    private mutating func take(
        _ uuid: UUIDKey, _ node: TreeNode, _ parent: TreeNode?, _ parentIsCurrent: Bool, _ tree: inout Tree
    ) {
        if node.path.level == 0 {
            see(uuid, Sighting(path: node.path, isRunning: true, isCurrent: true), &tree)
        } else if let report = parent?.sharedHost?.value.report, !report.guests.isUnknown {
            let state = node.sharedGuest?.value.state
            tree.uuids.append(uuid)
            var said = places[uuid] ?? Places()
            said.pins.append(
                PinnedPlace(
                    path: node.path, guestIsHere: state != nil,
                    guestRuns: state.map { $0 != .off && $0 != .unknown } ?? false, parentIsCurrent: parentIsCurrent))
            keep(said, of: uuid)
        }
    }

    private mutating func see(_ uuid: UUIDKey, _ sighting: Sighting, _ tree: inout Tree) {
        tree.uuids.append(uuid)
        var said = places[uuid] ?? Places()
        if said.first == nil { said.first = sighting } else { said.others.append(sighting) }
        keep(said, of: uuid)
    }

    /// - Parameter said: nil where nothing is said any more.
    private mutating func keep(_ said: Places?, of uuid: UUIDKey) {
        if said?.isPlain ?? true {
            if !doubtful.isEmpty { doubtful.remove(uuid) }
        } else {
            doubtful.insert(uuid)
        }
        places[uuid] = said
    }
}
