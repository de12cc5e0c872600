package import FoundationEssentials
package import NestingModel

/// Policies and exemptions made ready to be held against a nesting tree, as often as wanted.
package struct PolicyEngine: Sendable {
    let index: PolicyIndex
    let exemptions: ExemptionIndex

    package init(_ book: PolicyBook) {
        index = PolicyIndex(book.policies)
        exemptions = ExemptionIndex(book.exemptions)
    }

    package init(_ policies: [Policy], exemptions: [Exemption] = []) {
        self.init(PolicyBook(policies: policies, exemptions: exemptions))
    }

    /// Compares every node with what the policies want of it, and every guest that is a host with what its own agent
    /// sees.
    ///
    /// An unknown fact is an `unreadable` finding and never drift. Where a host can't be read, what was found there
    /// before becomes stale and is never resolved by that; what was exempted stays so while its exemption holds.
    ///
    /// - Parameters:
    ///   - previous: the open, stale and exempted findings of the last evaluation; resolved ones are ignored.
    ///   - earlier: what hosts were judged by before, where that was something else: a new finding whose wish is another
    ///     one than then is the policies' doing (`intended`), any other is the host's (`corrective`).
    ///   - unusedExposure: guests that have been exposed for long without running a guest, with since when.
    /// - Returns: all open, stale and exempted findings, and those that ended since, once, as resolved.
    package func evaluate(
        _ joined: JoinResult, previous: [Finding] = [], earlier: EarlierJudgements = EarlierJudgements(),
        unusedExposure: [NodePath: Date] = [:], now: Date
    ) -> [Finding] {
        var policies = CountingPolicies(self, at: now)
        return policies.evaluate(
            joined, previous: previous, earlier: earlier, unusedExposure: unusedExposure, now: now)
    }

    /// Names of the policies whose selector meets no node of the tree, by name: most often a mistake.
    package func matchingNothing(in tree: NestingTree) -> [String] {
        let policies = index.entries.map(\.policy)
        return idle(index.search, policies.map(\.selector), in: tree).map { policies[$0].name }.sorted()
    }

    /// Policies, by name, with the places of those of their modes that meet no node of the tree.
    package func modesMatchingNothing(in tree: NestingTree) -> [(policy: String, place: String)] {
        let rules = index.entries.flatMap { entry in entry.modes.map { (entry.policy.name, $0.rule) } }
        guard !rules.isEmpty else { return [] }
        let selectors = rules.map(\.1.selector)
        return idle(SelectorIndex(selectors.map(CompiledSelector.init)), selectors, in: tree)
            .map { (rules[$0].0, rules[$0].1.place) }.sorted { $0 < $1 }
    }

    /// The same of exemptions.
    package func exemptionsMatchingNothing(in tree: NestingTree) -> [String] {
        let all = exemptions.exemptions
        return idle(exemptions.search, all.map(\.selector), in: tree).map { all[$0].name }.sorted()
    }

    /// Numbers of selectors that meet no node.
    private func idle(_ search: SelectorIndex, _ selectors: [PolicySelector], in tree: NestingTree) -> [Int] {
        var classes = NodeClasses(selectors)
        var seen: Set<NodeClass> = []
        var met: Set<Int> = []
        func visit(_ node: TreeNode, _ outside: NodeClasses.Place) {
            let (nodeClass, inside) = classes.enter(node, from: outside)
            if seen.insert(nodeClass).inserted { met.formUnion(search.matching(SelectedNode(node, inside.traits))) }
            for child in node.children { visit(child, inside) }
        }
        for root in tree.roots { visit(root, classes.outside) }
        return selectors.indices.filter { !met.contains($0) }
    }
}
