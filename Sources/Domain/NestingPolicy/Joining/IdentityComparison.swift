import NestingModel

/// Compares the identities in a joined tree: pinned UUIDs with claims, and the places of each UUID with each other.
struct IdentityComparison {
    private(set) var conflicts: [IdentityConflict] = []

    /// One place at which a UUID is seen.
    private struct Sighting {
        var path: NodePath
        var host: NodePath
        var isRunning: Bool
        var isCurrent: Bool
        /// The machine itself, physical: nothing below a hypervisor may have its UUID.
        var isRoot = false
    }

    /// An enrolled guest: where its UUID must be seen.
    private struct PinnedPlace {
        var path: NodePath
        var uuid: String
        var guestIsHere: Bool
        var guestRuns: Bool
        var parentIsCurrent: Bool
    }

    private var sightings: [Sighting] = []
    private var firstOfUUID: [String: Int] = [:]
    private var repeated: [String: [Int]] = [:]
    private var pinned: [PinnedPlace] = []

    init(_ tree: NestingTree) {
        for index in tree.roots.indices { collect(tree.roots[index], parent: nil, parentIsCurrent: false) }
        for uuid in repeated.keys { compareClones(uuid) }
        for place in pinned { compareMove(place) }
        conflicts.sort { ($0.path, $0.kind.rawValue, $0.uuid) < ($1.path, $1.kind.rawValue, $1.uuid) }
    }

    private mutating func collect(_ node: TreeNode, parent: HostView?, parentIsCurrent: Bool) {
        if let uuid = node.guest?.uuid.lowercased(), let parent {
            see(
                uuid,
                Sighting(
                    path: node.path, host: parent.host.path, isRunning: node.guest?.state == .running,
                    isCurrent: parentIsCurrent))
        }
        if let view = node.host {
            if let claim = Self.falseClaim(view) { conflicts.append(claim) }
            if let uuid = view.host.uuid?.lowercased() {
                if node.path.level == 0 {
                    see(
                        uuid, Sighting(path: node.path, host: node.path, isRunning: true, isCurrent: true, isRoot: true)
                    )
                } else if let parent, let report = parent.report, !report.guests.isUnknown {
                    pinned.append(
                        PinnedPlace(
                            path: node.path, uuid: uuid, guestIsHere: node.guest != nil,
                            guestRuns: node.guest.map { $0.state != .off && $0.state != .unknown } ?? false,
                            parentIsCurrent: parentIsCurrent))
                }
            }
        }
        if node.children.isEmpty { return }
        let isCurrent = node.host?.isCurrent == true
        for index in node.children.indices {
            collect(node.children[index], parent: node.host, parentIsCurrent: isCurrent)
        }
    }

    private mutating func see(_ uuid: String, _ sighting: Sighting) {
        let number = sightings.count
        sightings.append(sighting)
        if let first = firstOfUUID[uuid] {
            repeated[uuid, default: [first]].append(number)
        } else {
            firstOfUUID[uuid] = number
        }
    }

    /// Both running is a clone; a definition that was left behind by a migration and does not run is none. Two on one
    /// host are one in any state, since one host can't define a UUID twice.
    private mutating func compareClones(_ uuid: String) {
        // Few are named of each, and those of now first: a hostile report may hold thousands.
        let all = (repeated[uuid] ?? []).map { sightings[$0] }.sorted {
            $0.isCurrent != $1.isCurrent ? $0.isCurrent : $0.path < $1.path
        }
        let twins = Dictionary(grouping: all, by: \.host).mapValues { $0.prefix(Self.namedPlaces + 1) }
        let running = all.filter(\.isRunning).prefix(Self.namedPlaces + 1)
        for sighting in all where !sighting.isRoot {
            let rivals = (twins[sighting.host] ?? []) + (sighting.isRunning ? running : [])
            let others = rivals.filter { $0.path != sighting.path }
            guard !others.isEmpty else { continue }
            let paths = Array(Set(others.map(\.path)).sorted().prefix(Self.namedPlaces))
            conflicts.append(
                IdentityConflict(
                    kind: .clone, path: sighting.path, uuid: uuid, others: paths,
                    isCurrent: sighting.isCurrent && others.contains(where: \.isCurrent),
                    sentence:
                        "\(sighting.path) has the uuid \(uuid), which \(Self.list(paths)) has too; it is a clone, or it "
                        + "migrated while the hosts were being read",
                    remedy:
                        "give one of them a uuid of its own (virt-clone does), or remove the copy that should not run"))
        }
    }

    private static let namedPlaces = 4

    private mutating func compareMove(_ place: PinnedPlace) {
        let numbers = repeated[place.uuid] ?? firstOfUUID[place.uuid].map { [$0] } ?? []
        let elsewhere = numbers.map { sightings[$0] }.filter {
            $0.path != place.path && !$0.isRoot && ($0.isRunning || !place.guestIsHere)
        }
        guard !elsewhere.isEmpty, !place.guestRuns else { return }
        let paths = Array(elsewhere.map(\.path).sorted().prefix(Self.namedPlaces))
        let here =
            place.guestIsHere ? "is defined at \(place.path) and does not run there" : "is no longer at \(place.path)"
        conflicts.append(
            IdentityConflict(
                kind: .guestMoved, path: place.path, uuid: place.uuid, others: paths,
                isCurrent: place.parentIsCurrent && elsewhere.contains(where: \.isCurrent),
                sentence: "the guest with the uuid \(place.uuid) \(here); \(Self.list(paths)) has it",
                remedy: "remove the host \(place.path) and enrol it where it is now"))
    }

    private static func falseClaim(_ view: HostView) -> IdentityConflict? {
        guard let pinned = view.host.uuid?.lowercased() else { return nil }
        let path = view.host.path
        let differs = view.claimsAnother
        guard differs || view.health.state == .identityMismatch else { return nil }
        let said = differs ? "claims the uuid \(view.report?.host.smbiosUUID.value ?? "")" : view.health.sentence
        return IdentityConflict(
            kind: .falseClaim, path: path, uuid: pinned, others: [],
            isCurrent: view.health.state == .ok || view.health.state == .identityMismatch,
            sentence: "the agent at \(path) \(said), and its place has \(pinned)",
            remedy:
                "look at which machine answers at \(view.host.address); if it is the right one, remove the host and "
                + "enrol it again")
    }

    /// What a host's identity rests on, for people.
    static func evidence(_ view: HostView) -> String {
        guard let report = view.report else { return "not yet read" }
        let source = report.host.smbiosUUIDSource.value.map { " (from \($0))" } ?? ""
        switch (view.host.uuid?.lowercased(), report.host.smbiosUUID) {
        case (nil, .known(let claim)): return "no uuid is pinned; its agent says \(claim)\(source)"
        case (nil, _): return "no uuid is pinned, and its agent can't tell one: its host key alone identifies it"
        case (let pinned?, .known(let claim)) where claim.lowercased() == pinned: return "uuid as pinned\(source)"
        case (let pinned?, .known(let claim)): return "uuid \(claim)\(source) is not the pinned \(pinned)"
        case (_?, .absent): return "its agent found no uuid to compare: its place and its host key identify it"
        case (_?, .unknown(let reason)):
            return "its uuid could not be read (\(reason)): its place and its host key identify it"
        }
    }

    private static func list(_ paths: [NodePath]) -> String {
        let shown = paths.prefix(3).map(\.description).joined(separator: ", ")
        return paths.count > 3 ? "\(shown) and more" : shown
    }
}
