package import NestingModel

/// How far a draft of policies and exemptions reaches: in which trees anything that it changes selects a node, and what
/// of it selects none. Where nothing of it does, a tree is judged by the draft as it was judged before.
package struct DraftReach: Sendable {
    /// The names of the roots of those trees.
    package private(set) var trees: Set<String> = []
    /// Policies of the draft's files that select nothing, by name; most often a mistake.
    package let idlePolicies: Set<String>
    package let idleExemptions: Set<String>
    /// Of those policies, the modes whose selector meets no node, with the places where they are written.
    package let idleModes: [(policy: String, place: String)]
    /// Exemptions that come, go or change, by name. Where one holds a finding, that is another one's or nobody's then,
    /// though it should no longer select the node.
    package let exemptions: Set<String>

    /// - Parameters:
    ///   - old: what counts now.
    ///   - new: what would.
    ///   - written: of the new ones, those that are asked whether they select anything.
    package init(from old: PolicyBook, to new: PolicyBook, written: PolicyBook, in tree: NestingTree) {
        // Also where something was written makes a difference: sentences name it.
        let differing = Self.differing(old.exemptions, new.exemptions, name: \.name)
        exemptions = Set(differing.map(\.name))
        let reaching =
            Self.differing(old.policies, new.policies, name: \.name).map(\.selector) + differing.map(\.selector)
        let selectors =
            written.policies.map { Asked(selector: $0.selector, policy: $0.name) }
            + written.policies.flatMap { policy in
                policy.modes.map { Asked(selector: $0.selector, mode: (policy.name, $0.place)) }
            }
            + written.exemptions.map { Asked(selector: $0.selector, exemption: $0.name) }
            + reaching.map { Asked(selector: $0, reaches: true) }
        let search = ReachSearch(selectors)
        let found = AllCores.map(tree.roots.count, least: 100) { range in
            var search = search
            for root in tree.roots[range] { search.start(root) }
            return search
        }
        trees = found.reduce(into: []) { $0.formUnion($1.trees) }
        let met = found.reduce(into: Set<Int>()) { $0.formUnion($1.met) }
        let idle = selectors.indices.filter { !met.contains($0) }.map { selectors[$0] }
        idlePolicies = Set(idle.compactMap(\.policy))
        idleExemptions = Set(idle.compactMap(\.exemption))
        idleModes = idle.compactMap(\.mode)
    }

    /// Those of both that the other has not, or has otherwise.
    private static func differing<Value: Equatable>(
        _ old: [Value], _ new: [Value], name: (Value) -> String
    ) -> [Value] {
        let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
        let after = Dictionary(new.map { (name($0), $0) }) { first, _ in first }
        return old.filter { after[name($0)] != $0 } + new.filter { before[name($0)] != $0 }
    }
}

/// A selector, and what is asked of it.
private struct Asked: Sendable {
    var selector: PolicySelector
    /// Whose it is, where that is asked whether it selects anything.
    var policy: String?
    var exemption: String?
    var mode: (policy: String, place: String)?
    /// Whether a tree in which it selects a node is one that the draft is about.
    var reaches = false
}

/// One way through some trees, which ends in each when nothing more can come of it.
private struct ReachSearch: Sendable {
    private(set) var trees: Set<String> = []
    /// Numbers of selectors that select a node.
    private(set) var met: Set<Int> = []
    private let reaching: Set<Int>
    private let compiled: [CompiledSelector]
    private let search: SelectorIndex
    private var classes: NodeClasses
    /// Whether one that reaches selects the nodes of a class.
    private var known: [NodeClass: Bool] = [:]
    private var last: (nodeClass: NodeClass, reaches: Bool)?

    init(_ asked: [Asked]) {
        reaching = Set(asked.indices.filter { asked[$0].reaches })
        compiled = asked.map { CompiledSelector($0.selector) }
        search = SelectorIndex(compiled)
        classes = NodeClasses(asked.map(\.selector))
    }

    mutating func start(_ root: TreeNode) {
        let name = root.path.name
        guard compiled.indices.contains(where: { compiled[$0].mayMatch(root: name) && isWanted($0) }) else { return }
        if visit(root, isReached: false, classes.outside) { trees.insert(name) }
    }

    private func isWanted(_ number: Int) -> Bool { reaching.contains(number) || !met.contains(number) }

    /// - Parameter isReached: what is known of the tree so far.
    /// - Returns: the same, with this node and all below it.
    private mutating func visit(_ node: TreeNode, isReached: Bool, _ outside: NodeClasses.Place) -> Bool {
        if met.count == compiled.count, reaching.isEmpty || isReached { return isReached }
        let (nodeClass, inside) = classes.enter(node, from: outside)
        var isReached = reaches(nodeClass, node, inside) || isReached
        for child in node.children { isReached = visit(child, isReached: isReached, inside) }
        return isReached
    }

    private mutating func reaches(_ nodeClass: NodeClass, _ node: TreeNode, _ inside: NodeClasses.Place) -> Bool {
        if let last, last.nodeClass == nodeClass { return last.reaches }
        let reaches: Bool
        if let told = known[nodeClass] {
            reaches = told
        } else {
            let matching = search.matching(SelectedNode(node, inside.traits))
            met.formUnion(matching)
            reaches = !reaching.isDisjoint(with: matching)
            known[nodeClass] = reaches
        }
        last = (nodeClass, reaches)
        return reaches
    }
}
