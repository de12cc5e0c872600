import NestingModel

/// Selectors by number, kept by root and by UUID, so that a node meets few of those that are not about it.
struct SelectorIndex: Sendable {
    private let selectors: [CompiledSelector]
    private let everywhere: [Int]
    private let byRoot: [String: [Int]]
    private let byUUID: [String: [Int]]

    /// - Parameter isAsked: whether this number is looked for at all.
    init(_ selectors: [CompiledSelector], where isAsked: (Int) -> Bool = { _ in true }) {
        var everywhere: [Int] = []
        var byRoot: [String: [Int]] = [:]
        var byUUID: [String: [Int]] = [:]
        for (number, selector) in selectors.enumerated() where isAsked(number) {
            if let uuids = selector.onlyUUIDs {
                for uuid in uuids { byUUID[uuid, default: []].append(number) }
            } else if let roots = selector.roots {
                for root in roots { byRoot[root, default: []].append(number) }
            } else {
                everywhere.append(number)
            }
        }
        self.selectors = selectors
        self.everywhere = everywhere
        self.byRoot = byRoot
        self.byUUID = byUUID
    }

    /// Those that match a node, by number.
    func matching(_ node: SelectedNode) -> [Int] {
        let numbers = everywhere + (byRoot[node.path.names[0]] ?? []) + (node.uuid.flatMap { byUUID[$0] } ?? [])
        return numbers.filter { selectors[$0].matches(node) }.sorted()
    }
}

/// What selectors ask of one node.
struct SelectedNode: Sendable {
    var path: NodePath
    var guestName: String?
    /// In lower case.
    var uuid: String?
    var traits: HostTraits

    init(_ node: TreeNode, _ traits: HostTraits) {
        path = node.path
        // An enrolled guest that its host does not report still has the name that it was enrolled by.
        guestName = node.sharedGuest?.value.name ?? (node.path.level > 0 ? node.path.name : nil)
        uuid = node.machineUUID?.lowercased()
        self.traits = traits
    }
}

extension CompiledSelector {
    func matches(_ node: SelectedNode) -> Bool {
        matches(node.traits) && matches(node.path, guestName: node.guestName, uuid: node.uuid, traits: node.traits)
    }
}
