package import FoundationEssentials
package import NestingModel

/// Policies made ready to be held against a nesting tree, as often as wanted.
package struct PolicyEngine: Sendable {
    let index: PolicyIndex

    package init(_ policies: [Policy]) {
        index = PolicyIndex(policies)
    }

    /// Compares every node with what the policies want of it, and every guest that is a host with what its own agent
    /// sees.
    ///
    /// An unknown fact is an `unreadable` finding and never drift. Where a host can't be read, what was found there
    /// before becomes stale and is never resolved by that.
    ///
    /// - Parameters:
    ///   - previous: the open and stale findings of the last evaluation; resolved ones are ignored.
    ///   - changedPolicies: names of the policies that were added or changed since then (`PolicyDelta.touched`): a new
    ///     finding under one of them is the policy's doing (`intended`), any other is the host's (`corrective`).
    ///   - unusedExposure: guests that have been exposed for long without running a guest, with since when.
    /// - Returns: all open and stale findings, and those that ended since, once, as resolved.
    package func evaluate(
        _ joined: JoinResult, previous: [Finding] = [], changedPolicies: Set<String> = [],
        unusedExposure: [NodePath: Date] = [:], now: Date
    ) -> [Finding] {
        var walk = EvaluationWalk(
            index: index, ledger: FindingLedger(previous: previous, changedPolicies: changedPolicies, now: now),
            now: now)
        walk.unused = unusedExposure
        for conflict in joined.conflicts { walk.take(conflict) }
        let roots = joined.tree.roots
        for number in roots.indices {
            let candidates = index.candidates(root: roots[number].path.name)
            walk.visit(
                roots[number], parent: nil, parentIsCurrent: false, candidates: candidates, labelled: [], labels: [:])
        }
        return walk.ledger.closed()
    }

    /// Names of the policies whose selector meets no node of the tree, by name: most often a mistake.
    package func matchingNothing(in tree: NestingTree) -> [String] {
        var met: Set<Int> = []
        func visit(_ node: TreeNode, _ candidates: [Int], _ labels: [String: String]) {
            let labels = node.host?.host.labels ?? labels
            met.formUnion(index.matching(node, labels: labels, labelled: index.candidates(candidates, labels: labels)))
            for number in node.children.indices { visit(node.children[number], candidates, labels) }
        }
        for root in tree.roots { visit(root, index.candidates(root: root.path.name), [:]) }
        return index.entries.indices.filter { !met.contains($0) }.map { index.entries[$0].policy.name }.sorted()
    }
}

extension PolicyIndex {
    func matching(_ node: TreeNode, labels: [String: String], labelled: [Int]) -> [Int] {
        let uuid = node.guest?.uuid ?? node.host?.host.uuid
        // An enrolled guest that its host does not report still has the name that it was enrolled by.
        let name = node.guest?.name ?? (node.path.level > 0 ? node.path.name : nil)
        return matching(
            node.path, guestName: name, uuid: uuid?.lowercased(), labels: labels, candidates: labelled)
    }
}
