import ControllerAPI
import NestingModel

/// Cuts the nesting tree to what a reader can take in: what is out of line and the way to it always come first, hosts
/// next, then guests in line, each up to a bound; the rest is a number.
struct ReportTreeBuilder {
    let selected: Set<NodePath>
    /// Open and stale ones, by path.
    private let findings: [NodePath: [Finding]]
    /// Nodes of the tree that have a finding at or below them.
    private let troubled: Set<NodePath>

    /// Nodes that are drawn at most, beyond which only numbers are told.
    static let mostNodes = 600
    /// Guests without a finding of one host that are drawn.
    private static let quietGuests = 8
    /// Findings of one node that are written out.
    private static let mostFindings = 4

    init(selected: Set<NodePath>, findings: [Finding]) {
        self.selected = selected
        self.findings = Dictionary(grouping: findings, by: \.path)
        var troubled: Set<NodePath> = []
        for path in self.findings.keys {
            var place: NodePath? = path
            while let path = place, troubled.insert(path).inserted { place = path.parent }
        }
        self.troubled = troubled
    }

    func tree(_ tree: NestingTree) -> ReportTree {
        var left = Self.mostNodes
        // Trees with trouble first where not all have room; then back into order.
        let order = tree.roots.sorted { left, right in
            let (a, b) = (troubled.contains(left.path), troubled.contains(right.path))
            return a == b ? left.path < right.path : a
        }
        let wanted = order.filter { hasSelected($0) }
        let roots = wanted.compactMap { node($0, parentIsHeard: true, &left) }
        let omitted = wanted.count - roots.count
        return ReportTree(roots: roots.sorted { $0.path < $1.path }, omitted: omitted > 0 ? omitted : nil)
    }

    /// Nil where nothing of it is selected, or no room is left.
    private func node(_ node: TreeNode, parentIsHeard: Bool, _ left: inout Int) -> ReportNode? {
        let isSelected = selected.contains(node.path)
        let below = node.children.contains { hasSelected($0) }
        guard isSelected || below, left > 0 else { return nil }
        left -= 1
        let isHeard = node.sharedHost?.value.health.state == .ok
        var children: [ReportNode] = []
        var (omitted, quiet) = (0, 0)
        let order = node.children.sorted { left, right in
            let (a, b) = (weight(left), weight(right))
            return a == b ? left.path < right.path : a > b
        }
        for child in order where hasSelected(child) {
            let isQuiet = weight(child) == 0
            if isQuiet { quiet += 1 }
            if !(isQuiet && quiet > Self.quietGuests), let drawn = self.node(child, parentIsHeard: isHeard, &left) {
                children.append(drawn)
            } else {
                omitted += count(child)
            }
        }
        let own = findings[node.path] ?? []
        var sentences = own.prefix(Self.mostFindings).map(\.shortSentence)
        if own.count > sentences.count { sentences.append("and \(own.count - sentences.count) more") }
        return ReportNode(
            path: node.path, description: NodeText.description(node), isHost: node.sharedHost != nil,
            mark: mark(node, own, isSelected: isSelected, parentIsHeard: parentIsHeard), findings: sentences,
            children: children.sorted { $0.path < $1.path }, omitted: omitted)
    }

    /// What a host said before it fell silent makes no guest of it in line.
    private func mark(_ node: TreeNode, _ own: [Finding], isSelected: Bool, parentIsHeard: Bool) -> NodeMark {
        if own.contains(where: { $0.state == .open && $0.kind != .hostUnread && $0.kind != .unreadable }) {
            return .outOfLine
        }
        guard isSelected else { return .context }
        let isRead = parentIsHeard && node.host.map { $0.health.state == .ok } != false
        return own.isEmpty && isRead ? .inLine : .unread
    }

    private func weight(_ node: TreeNode) -> Int {
        troubled.contains(node.path) ? 2 : node.sharedHost != nil || !node.children.isEmpty ? 1 : 0
    }

    private func hasSelected(_ node: TreeNode) -> Bool {
        selected.contains(node.path) || node.children.contains { hasSelected($0) }
    }

    private func count(_ node: TreeNode) -> Int {
        (selected.contains(node.path) ? 1 : 0) + node.children.reduce(0) { $0 + count($1) }
    }
}
