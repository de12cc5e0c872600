package import NestingModel

extension NestingTree {
    /// Joins hosts and guests by identity.
    ///
    /// Physical hosts are roots, and the guests of each report are its children. An enrolled host with a longer path
    /// is the guest of that path's parent which has the UUID that enrolment pinned, whatever its name is now; without
    /// a pinned UUID the name decides. What an agent claims is compared with the pinned UUID and never searched for.
    ///
    /// An enrolled place keeps its path when its guest is renamed, and stays as a node without a guest when its
    /// parent's report does not have it. A guest whose name is taken on its host is placed at `name#uuid`.
    ///
    /// - Returns: the same for the same hosts in any order.
    package static func join(_ hosts: [HostView]) -> JoinResult {
        let tree = NestingTree(joining: hosts)
        return JoinResult(tree: tree, conflicts: IdentityRegister(tree).conflicts)
    }

    /// The same without a look at where identities contradict each other. Each tree is made of its own hosts alone.
    /// - Parameter keepingOnce: leaves guests out of their hosts' reports, which are empty lists then: each is a node.
    package init(joining hosts: [HostView], keepingOnce: Bool = false) {
        let joiner = TreeJoiner(hosts, keepsOnce: keepingOnce)
        let roots = AllCores.map(joiner.rootPaths.count, least: 100) { range in
            joiner.rootPaths[range].map { joiner.node($0, guest: nil) }
        }
        self.init(roots: roots.flatMap(\.self))
    }
}

/// Builds the nodes of the tree from the places that are enrolled and the guests that are reported.
struct TreeJoiner {
    let rootPaths: [NodePath]
    private let views: [HostView]
    private let numbers: [NodePath: Int]
    /// Places that must exist below a place since they, or something deeper, are enrolled; sorted.
    private let placesBelow: [NodePath: [NodePath]]
    private let keepsOnce: Bool

    init(_ views: [HostView], keepsOnce: Bool) {
        self.views = views
        self.keepsOnce = keepsOnce
        numbers = Dictionary(views.indices.map { (views[$0].host.path, $0) }) { first, _ in first }
        var places: [NodePath: Set<NodePath>] = [:]
        var roots: Set<NodePath> = []
        for path in numbers.keys {
            roots.insert(path.root)
            var place = path
            while let parent = place.parent, places[parent, default: []].insert(place).inserted { place = parent }
        }
        rootPaths = roots.sorted()
        placesBelow = places.mapValues { $0.sorted() }
    }

    func node(_ path: NodePath, guest: GuestReport?) -> TreeNode {
        var view = numbers[path].map { views[$0] }
        let guests = view?.report?.guests.value ?? []
        let places = placesBelow[path] ?? []
        let attached = attach(places, to: guests, of: path)
        var children = places.map { node($0, guest: attached[$0].map { guests[$0] }) }

        let taken = Set(attached.values)
        var used = Set(places.map(\.name))
        let order = guests.indices.filter { taken.isEmpty || !taken.contains($0) }.sorted {
            guests[$0].name == guests[$1].name
                ? guests[$0].uuid < guests[$1].uuid : guests[$0].name < guests[$1].name
        }
        children.reserveCapacity(places.count + order.count)
        for (ordinal, index) in order.enumerated() {
            let place = freePlace(for: guests[index], ordinal: ordinal, below: path, used: &used)
            children.append(TreeNode(path: place, guest: guests[index]))
        }
        if !places.isEmpty || used.count > 1 { children.sort { $0.path.name < $1.path.name } }
        if keepsOnce, case .known = view?.report?.guests { view?.report?.guests = .known([]) }
        return TreeNode(
            path: path, guest: guest, host: view, identity: view.map(\.identityEvidence), children: children)
    }

    /// Which guest each place is: by pinned UUID first (the same name first, should two enrolments have pinned the
    /// same one), then by name where nothing is pinned.
    private func attach(_ places: [NodePath], to guests: [GuestReport], of host: NodePath) -> [NodePath: Int] {
        guard !places.isEmpty else { return [:] }
        var result: [NodePath: Int] = [:]
        let uuids = guests.map { $0.uuid.lowercased() }
        let names = guests.map { host.guest(named: $0.name) }
        var free = guests.indices.sorted {
            let (left, right) = (guests[$0], guests[$1])
            if (left.state == .running) != (right.state == .running) { return left.state == .running }
            return (left.name, left.uuid) < (right.name, right.uuid)
        }
        func take(_ place: NodePath, where matches: (Int) -> Bool) {
            guard result[place] == nil, let position = free.firstIndex(where: matches) else { return }
            result[place] = free.remove(at: position)
        }
        let pinned = places.compactMap { place in uuid(at: place).map { (place, $0.lowercased()) } }
        for (place, uuid) in pinned {
            take(place) { uuids[$0] == uuid && names[$0] == place }
        }
        for (place, uuid) in pinned { take(place) { uuids[$0] == uuid } }
        for place in places where uuid(at: place) == nil {
            take(place) { names[$0] == place }
        }
        return result
    }

    /// The one that enrolment pinned.
    private func uuid(at place: NodePath) -> String? { numbers[place].flatMap { views[$0].host.uuid } }

    /// - Parameter ordinal: this guest's number among its host's, so that thousands of equal names stay cheap.
    private func freePlace(
        for guest: GuestReport, ordinal: Int, below host: NodePath, used: inout Set<String>
    ) -> NodePath {
        let plain = host.guest(named: guest.name)
        guard !used.insert(plain.name).inserted else { return plain }
        // Short enough that the number is never cut off: two bounded parts of a name's 255 bytes.
        let uuid = host.guest(named: guest.uuid).name
        let stem = plain.name.utf8.count <= 150 ? plain.name : String(plain.name.unicodeScalars.prefix(37))
        let suffix = uuid.utf8.count <= 64 ? uuid : String(uuid.unicodeScalars.prefix(16))
        var place = host.guest(named: "\(stem)#\(suffix)")
        var number = ordinal
        while !used.insert(place.name).inserted {
            place = host.guest(named: "\(stem)#\(suffix)#\(number)")
            number += guestLimit
        }
        return place
    }

    /// More guests than one report can hold.
    private let guestLimit = 1 << 24
}
