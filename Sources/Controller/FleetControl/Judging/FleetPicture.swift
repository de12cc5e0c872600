import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// The stored fleet as one who judges or plans needs it: the joined trees, and what stands in each. It is kept between
/// two uses, since reading and joining the reports of a large fleet takes longer than anybody waits, and brought up to
/// date by the trees that changed. It is never needed: without it the store is read as a whole.
struct FleetPicture: Sendable {
    private struct Tree: Sendable {
        /// Nil where only findings are left of it.
        var root: TreeNode?
        /// Open, stale and exempted ones.
        var standing: [Finding]
        /// Up to when what stands there was seen; nil where it was never judged.
        var seen: Date?
    }

    private var trees: [String: Tree] = [:]
    /// Where each UUID is seen.
    private(set) var identities: IdentityRegister
    /// The store's count of the changes that are in it.
    private var changes: Int
    /// When the last evaluation was: what was seen at a tree's own last one was seen at each since.
    private var judgedAt: Date?

    init(reading work: any FleetReading) throws(StoreFailure) {
        changes = try work.changedTrees(since: 0).count
        judgedAt = try work.value(.judgedAt, as: Date.self)
        var roots: [TreeNode] = []
        try work.eachTree { roots += NestingTree(joining: $0, keepingOnce: true).roots }
        let tree = NestingTree(roots: roots)
        identities = IdentityRegister(tree)
        let standing = Dictionary(grouping: try work.standingFindings()) { $0.path.names[0] }
        for root in tree.roots {
            let name = root.path.name
            trees[name] = Tree(root: root, standing: standing[name] ?? [], seen: judgedAt)
        }
        for (name, standing) in standing where trees[name] == nil {
            trees[name] = Tree(root: nil, standing: standing, seen: judgedAt)
        }
    }

    /// Takes up what changed in the store.
    /// - Returns: the names of the trees that have to be judged anew for that: where anything changed, and where another
    ///   tree's change has to do with a UUID of theirs.
    mutating func catchUp(with work: any FleetReading) throws(StoreFailure) -> Set<String> {
        let told = try work.changedTrees(since: changes)
        let last = try work.value(.judgedAt, as: Date.self)
        var touched = told.trees
        for name in told.trees.sorted() {
            let root = NestingTree(joining: try work.hosts(ofTree: name), keepingOnce: true).roots.first
            let standing = try work.standingFindings(ofTree: name)
            trees[name] = root == nil && standing.isEmpty ? nil : Tree(root: root, standing: standing, seen: last)
            touched.formUnion(identities.replace(name, with: root))
        }
        changes = told.count
        return touched
    }

    /// Takes up what an evaluation found and stored.
    /// - Parameter names: of the trees that it judged; nil for all.
    mutating func take(_ findings: [Finding], of names: Set<String>?, at now: Date) {
        var standing = Dictionary(grouping: findings.filter { $0.state != .resolved }) { $0.path.names[0] }
        for name in names ?? Set(trees.keys) {
            let found = standing.removeValue(forKey: name) ?? []
            let root = trees[name]?.root
            trees[name] = root == nil && found.isEmpty ? nil : Tree(root: root, standing: found, seen: now)
        }
        judgedAt = now
    }

    // MARK: Reading

    /// The names of the physical hosts, enrolled or not.
    var roots: Set<String> { Set(trees.lazy.filter { $0.value.root != nil }.map(\.key)) }

    /// The names of all trees, also of those of which only findings are left.
    var names: Set<String> { Set(trees.keys) }

    /// A host's report lists no guests here: they are its nodes.
    /// - Parameter names: of the trees that are wanted; nil for all.
    func tree(_ names: Set<String>? = nil) -> NestingTree {
        NestingTree(roots: (names.map(Array.init) ?? Array(trees.keys)).sorted().compactMap { trees[$0]?.root })
    }

    /// The trees with where identities contradict each other in them.
    func joined(_ names: Set<String>? = nil) -> JoinResult {
        JoinResult(
            tree: tree(names),
            conflicts: names.map { $0.sorted().flatMap(identities.conflicts(in:)) } ?? identities.conflicts)
    }

    /// Open, stale and exempted ones, as the store has them.
    func standing(_ names: Set<String>? = nil) -> [Finding] {
        names.map { $0.sorted().compactMap { trees[$0] }.flatMap(standing) } ?? trees.values.flatMap(standing)
    }

    private func standing(_ tree: Tree) -> [Finding] {
        guard let seen = tree.seen, let judgedAt, judgedAt > seen else { return tree.standing }
        return tree.standing.map { finding in
            guard finding.state == .open || finding.state == .exempted, finding.lastSeen == seen else { return finding }
            var finding = finding
            finding.lastSeen = judgedAt
            return finding
        }
    }

    /// Whether any finding stands that a test holds for.
    func holdsFinding(where isWanted: (Finding) -> Bool) -> Bool {
        trees.values.contains { $0.standing.contains(where: isWanted) }
    }

    /// The names of the trees in which a finding stands that a test holds for.
    func trees(where isWanted: (Finding) -> Bool) -> Set<String> {
        Set(trees.filter { $0.value.standing.contains(where: isWanted) }.keys)
    }
}

extension NestingTree {
    /// All that are enrolled in it.
    var hosts: [HostView] {
        var hosts: [HostView] = []
        func visit(_ node: TreeNode) {
            if let host = node.host { hosts.append(host) }
            for child in node.children where child.sharedHost != nil || !child.children.isEmpty { visit(child) }
        }
        for root in roots { visit(root) }
        return hosts
    }
}
