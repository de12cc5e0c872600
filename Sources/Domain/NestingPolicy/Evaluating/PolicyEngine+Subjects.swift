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
        var verdicts = Verdicts(self, at: now)
        var subjects: [PolicySubject] = []
        func visit(_ node: TreeNode, parentIsCurrent: Bool, _ outside: NodeClasses.Place) {
            let (verdict, inside) = verdicts.enter(node, from: outside)
            let isCurrent = node.sharedHost?.value.isCurrent == true
            var subject = PolicySubject(path: node.path, policies: [], unread: [])
            for wish in verdict.wishes {
                guard wish.setting == .hostNesting ? node.sharedHost != nil : node.sharedGuest != nil else { continue }
                let name = verdicts.index.entries[wish.decision.policy].policy.name
                if !subject.policies.contains(name) { subject.policies.append(name) }
                if !(wish.setting == .hostNesting ? isCurrent : parentIsCurrent) { subject.unread.insert(name) }
            }
            if !subject.policies.isEmpty { subjects.append(subject) }
            for child in node.children { visit(child, parentIsCurrent: isCurrent, inside) }
        }
        for root in tree.roots { visit(root, parentIsCurrent: false, verdicts.outside) }
        return subjects
    }
}
