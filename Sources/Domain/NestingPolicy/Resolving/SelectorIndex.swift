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

    /// Whether candidates are not all there can be, since a node's own UUID may bring more.
    var knowsUUIDs: Bool { !byUUID.isEmpty }

    /// Those that may be about nodes of this tree, but for those that `byUUID` finds.
    func candidates(root: String) -> [Int] {
        let numbers = byRoot[root].map { (everywhere + $0).sorted() } ?? everywhere
        return numbers.filter { selectors[$0].mayMatch(root: root) }
    }

    func candidates(_ numbers: [Int], _ traits: HostTraits) -> [Int] {
        numbers.filter { selectors[$0].matches(traits) }
    }

    /// Those that match a node, by number.
    /// - Parameter candidates: of its root, and already matched with its traits.
    func matching(_ node: SelectedNode, candidates: [Int]) -> [Int] {
        var numbers = candidates
        if !byUUID.isEmpty, let uuid = node.uuid, let own = byUUID[uuid] {
            numbers = (numbers + self.candidates(own, node.traits)).sorted()
        }
        return numbers.filter {
            selectors[$0].matches(node.path, guestName: node.guestName, uuid: node.uuid, traits: node.traits)
        }
    }

    /// Those that `matching` chooses from, for one node alone.
    func candidates(of node: SelectedNode) -> [Int] {
        candidates(candidates(root: node.path.names[0]), node.traits)
    }

    /// All that match one node, from the beginning.
    func matching(_ node: SelectedNode) -> [Int] { matching(node, candidates: candidates(of: node)) }
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
