package import NestingModel

extension NestingTree {
    /// The paths of all nodes that a selector picks, by the same words and rules as a policy's.
    package func paths(selectedBy selector: PolicySelector) -> Set<NodePath> {
        let compiled = CompiledSelector(selector)
        var selected: Set<NodePath> = []
        func visit(_ node: TreeNode, _ inherited: HostTraits) {
            let traits = node.host.map(HostTraits.init) ?? inherited
            if compiled.matches(SelectedNode(node, traits)) { selected.insert(node.path) }
            for child in node.children { visit(child, traits) }
        }
        for root in roots where compiled.mayMatch(root: root.path.name) { visit(root, HostTraits.none) }
        return selected
    }
}
