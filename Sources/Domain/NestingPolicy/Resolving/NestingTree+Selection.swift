package import NestingModel

extension NestingTree {
    /// The paths of all nodes that a selector picks, by the same words and rules as a policy's.
    package func paths(selectedBy selector: PolicySelector) -> Set<NodePath> {
        let index = PolicyIndex([Policy(name: "", selector: selector, desired: DesiredSettings())])
        var selected: Set<NodePath> = []
        func visit(_ node: TreeNode, _ candidates: [Int], _ labels: [String: String]) {
            let labels = node.host?.host.labels ?? labels
            let labelled = index.candidates(candidates, labels: labels)
            if !index.matching(node, labels: labels, labelled: labelled).isEmpty { selected.insert(node.path) }
            for child in node.children { visit(child, candidates, labels) }
        }
        for root in roots { visit(root, index.candidates(root: root.path.name), [:]) }
        return selected
    }
}
