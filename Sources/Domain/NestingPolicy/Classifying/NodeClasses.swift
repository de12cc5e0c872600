import NestingModel

/// What any of some selectors can tell of a node: nodes of one class meet the same of them. A fleet of half a million
/// guests has a few hundred classes, and selectors are held against one node of each.
struct NodeClass: Hashable, Sendable {
    var host: Int32
    var path: Int32
    /// The class of its name as a guest; -1 where it has none.
    var guest: Int32
    var uuid: Int32
    var level: Int32
    /// Whether it is an enrolled host; false for all where no selector tells them apart by that.
    var isHost: Bool
}

/// Tells nodes' classes on the way through a tree, parents before children.
struct NodeClasses: Sendable {
    /// What goes for the children of a node.
    struct Place: Sendable {
        /// Of the nearest enrolled host at or above.
        var traits = HostTraits.none
        var host: Int32
        var path = PathAutomaton.start
    }

    private var hosts: HostClasses
    private var names: NameAutomaton
    private var paths: PathAutomaton
    /// Which UUIDs are asked for together.
    private let uuids: [UUIDKey: Int32]
    /// Whether any selector names hosts.
    private let asksForHosts: Bool
    private var noTraits: Int32

    init(_ selectors: [PolicySelector]) {
        let all = selectors.flatMap(\.withExceptions)
        let hostPaths = all.flatMap(\.hosts)
        asksForHosts = !hostPaths.isEmpty
        // A host is met at its own place, and at that of each guest on it.
        let paths = all.flatMap(\.paths) + hostPaths + hostPaths.map { $0 + "/*" }
        let patterns = Set((all.flatMap(\.guests) + paths.flatMap(PathGlob.names(of:))).map { Array($0.utf8) })
        let numbers = Dictionary(uniqueKeysWithValues: patterns.enumerated().map { ($1, Int32($0)) })
        names = NameAutomaton(Array(patterns))
        self.paths = PathAutomaton(paths) { numbers[$0] ?? -1 }
        hosts = HostClasses(all)
        noTraits = hosts.classify(HostTraits.none)
        uuids = Self.groups(of: all.map(\.uuids))
    }

    /// A number for each set of lists that UUIDs are in together.
    private static func groups(of lists: [[String]]) -> [UUIDKey: Int32] {
        var listsOf: [UUIDKey: [Int]] = [:]
        for (number, list) in lists.enumerated() {
            for uuid in list { listsOf[UUIDKey(uuid), default: []].append(number) }
        }
        var numbers: [[Int]: Int32] = [:]
        return listsOf.mapValues { lists in
            let number = numbers[lists] ?? Int32(numbers.count + 1)
            numbers[lists] = number
            return number
        }
    }

    /// Where roots begin.
    var outside: Place { Place(host: noTraits) }

    /// - Parameter place: what goes for the node's parent.
    /// - Returns: the node's class, and what goes for its children.
    mutating func enter(_ node: TreeNode, from place: Place) -> (NodeClass, Place) {
        var inside = place
        if let view = node.sharedHost {
            inside.traits = HostTraits(view.value)
            inside.host = hosts.classify(inside.traits)
        }
        let own = node.path.name
        let name = names.classify(own)
        inside.path = paths.step(place.path, name: name, met: names.classes[Int(name)])
        return (
            NodeClass(
                host: inside.host, path: inside.path, guest: guestClass(node, own, name), uuid: uuidClass(node),
                level: Int32(node.path.level), isHost: asksForHosts && node.sharedHost != nil), inside
        )
    }

    /// The class of one node by itself, as it would be told on the way to it.
    mutating func classify(_ node: SelectedNode) -> NodeClass {
        var path = PathAutomaton.start
        for name in node.path.names {
            let name = names.classify(name)
            path = paths.step(path, name: name, met: names.classes[Int(name)])
        }
        return NodeClass(
            host: hosts.classify(node.traits), path: path, guest: node.guestName.map { names.classify($0) } ?? -1,
            uuid: uuids.isEmpty ? 0 : node.uuid.flatMap { uuids[UUIDKey($0)] } ?? 0, level: Int32(node.path.level),
            isHost: asksForHosts && node.traits.path == node.path.names)
    }

    /// - Parameters:
    ///   - own: the node's name in its path: its guest's, too, but for what a path can't have in it.
    ///   - name: that one's class, which counts where its host does not report it.
    private mutating func guestClass(_ node: TreeNode, _ own: String, _ name: Int32) -> Int32 {
        guard let guest = node.sharedGuest?.value.name else { return node.path.level > 0 ? name : -1 }
        // Two texts may be equal and not the same, and patterns go by their bytes.
        return Self.isSame(guest, own) ? name : names.classify(guest)
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                var at = 0
                while at < left.count, at < right.count, left[at] == right[at] { at += 1 }
                return at == left.count && at == right.count
            }
        } == true
    }

    private func uuidClass(_ node: TreeNode) -> Int32 {
        guard !uuids.isEmpty, let uuid = node.machineUUID else { return 0 }
        return uuids[UUIDKey(uuid)] ?? 0
    }
}

extension PolicySelector {
    /// This one, and all that it leaves out.
    var withExceptions: [PolicySelector] { [self] + not.flatMap(\.withExceptions) }
}
