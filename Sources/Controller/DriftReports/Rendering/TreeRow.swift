import ControllerAPI

/// One line of a drawn tree, which knows the wires that pass it: a long tree can be cut between any two.
struct TreeRow {
    enum Content {
        case node(ReportNode)
        /// With the mark of its node.
        case finding(String, NodeMark)
        case omitted(Int)
    }

    /// How the wire from the parent comes in.
    enum Elbow {
        case none, middle, last
    }

    var content: Content
    var depth: Int
    /// The depths at which a wire goes on downwards beside this row.
    var wires: [Int]
    var elbow: Elbow
    /// Whether a wire to what is below leaves this node's own mark.
    var hasBelow: Bool

    static func rows(of root: ReportNode) -> [TreeRow] {
        var rows: [TreeRow] = []
        func add(_ node: ReportNode, _ depth: Int, _ wires: [Int], _ elbow: Elbow) {
            let hasBelow = !node.children.isEmpty || node.omitted > 0
            rows.append(TreeRow(content: .node(node), depth: depth, wires: wires, elbow: elbow, hasBelow: hasBelow))
            // What passes the rows under this one: the parent's wire where siblings follow.
            let passing = elbow == .middle ? wires + [depth - 1] : wires
            for finding in node.findings {
                rows.append(
                    TreeRow(
                        content: .finding(finding, node.mark), depth: depth,
                        wires: hasBelow ? passing + [depth] : passing,
                        elbow: .none, hasBelow: false))
            }
            for (index, child) in node.children.enumerated() {
                let isLast = index == node.children.count - 1 && node.omitted == 0
                add(child, depth + 1, passing, isLast ? .last : .middle)
            }
            if node.omitted > 0 {
                rows.append(
                    TreeRow(
                        content: .omitted(node.omitted), depth: depth + 1, wires: passing, elbow: .last,
                        hasBelow: false))
            }
        }
        add(root, 0, [], .none)
        return rows
    }
}
