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
        let index = index.counting(at: now)
        var walk = EvaluationWalk(
            index: index, exemptions: exemptions, earlier: earlier,
            ledger: FindingLedger(previous: previous, exemptions: exemptions, now: now), now: now)
        walk.unused = unusedExposure
        for conflict in joined.conflicts { walk.take(conflict) }
        let roots = joined.tree.roots
        for number in roots.indices { walk.start(roots[number]) }
        return walk.ledger.closed()
    }

    /// Names of the policies whose selector meets no node of the tree, by name: most often a mistake.
    package func matchingNothing(in tree: NestingTree) -> [String] {
        idle(index.search, index.entries.count, in: tree).map { index.entries[$0].policy.name }.sorted()
    }

    /// The same of exemptions.
    package func exemptionsMatchingNothing(in tree: NestingTree) -> [String] {
        idle(exemptions.search, exemptions.exemptions.count, in: tree).map { exemptions.exemptions[$0].name }.sorted()
    }

    private func idle(_ search: SelectorIndex, _ count: Int, in tree: NestingTree) -> [Int] {
        var met: Set<Int> = []
        func visit(_ node: TreeNode, _ candidates: [Int], _ inherited: HostTraits) {
            let traits = node.host.map(HostTraits.init) ?? inherited
            met.formUnion(
                search.matching(SelectedNode(node, traits), candidates: search.candidates(candidates, traits)))
            for number in node.children.indices { visit(node.children[number], candidates, traits) }
        }
        for root in tree.roots { visit(root, search.candidates(root: root.path.name), HostTraits()) }
        return (0..<count).filter { !met.contains($0) }
    }
}
