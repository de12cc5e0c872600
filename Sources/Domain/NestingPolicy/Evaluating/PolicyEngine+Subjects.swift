package import FoundationEssentials
package import NestingModel

/// A node of which policies ask something.
package struct PolicySubject: Sendable, Hashable {
    package var path: NodePath
    /// The policies that decide a setting which the node has, by name, each once.
    package var policies: [String]
    /// Those of them whose settings rest on a report that is not of now: what they want can't be told.
    package var unread: Set<String>
}

extension PolicyEngine {
    /// Every node of which a policy asks something, parents before children: what compliance is a share of.
    ///
    /// A guest's settings count where its host reports the guest, a host's own where the node is an enrolled host.
    /// A policy whose date has not come asks nothing yet.
    package func subjects(in tree: NestingTree, now: Date) -> [PolicySubject] {
        let index = index.counting(at: now)
        var subjects: [PolicySubject] = []
        func visit(_ node: TreeNode, parentIsCurrent: Bool, _ candidates: [Int], _ inherited: HostTraits) {
            let traits = node.host.map(HostTraits.init) ?? inherited
            let isCurrent = node.host?.isCurrent == true
            let matching = index.search.matching(
                SelectedNode(node, traits), candidates: index.search.candidates(candidates, traits))
            var subject = PolicySubject(path: node.path, policies: [], unread: [])
            for (setting, decision) in matching.isEmpty ? [] : index.decisions(matching) {
                guard setting == .hostNesting ? node.host != nil : node.guest != nil else { continue }
                let name = index.entries[decision.policy].policy.name
                if !subject.policies.contains(name) { subject.policies.append(name) }
                if !(setting == .hostNesting ? isCurrent : parentIsCurrent) { subject.unread.insert(name) }
            }
            if !subject.policies.isEmpty { subjects.append(subject) }
            for child in node.children { visit(child, parentIsCurrent: isCurrent, candidates, traits) }
        }
        for root in tree.roots {
            visit(root, parentIsCurrent: false, index.search.candidates(root: root.path.name), HostTraits())
        }
        return subjects
    }
}
