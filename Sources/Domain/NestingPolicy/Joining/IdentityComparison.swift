import NestingModel

/// Compares the places at which one UUID is seen with each other, and with where it is pinned.
struct IdentityComparison {
    typealias Sighting = IdentityRegister.Sighting

    /// In no order.
    private(set) var conflicts: [IdentityConflict] = []
    /// In lower case.
    private let uuid: String
    private let sightings: [Sighting]

    init(uuid: String, sightings: [Sighting], pins: [IdentityRegister.PinnedPlace]) {
        self.uuid = uuid
        self.sightings = sightings
        if sightings.count > 1 { compareClones() }
        for place in pins { compareMove(place) }
    }

    /// Both running is a clone; a definition that was left behind by a migration and does not run is none. Two on one
    /// host are one in any state, since one host can't define a UUID twice.
    private mutating func compareClones() {
        // Few are named of each, and those of now first: a hostile report may hold thousands.
        let all = sightings.sorted {
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

    private mutating func compareMove(_ place: IdentityRegister.PinnedPlace) {
        let elsewhere = sightings.filter {
            $0.path != place.path && !$0.isRoot && ($0.isRunning || !place.guestIsHere)
        }
        guard !elsewhere.isEmpty, !place.guestRuns else { return }
        let paths = Array(elsewhere.map(\.path).sorted().prefix(Self.namedPlaces))
        let here =
            place.guestIsHere ? "is defined at \(place.path) and does not run there" : "is no longer at \(place.path)"
        conflicts.append(
            IdentityConflict(
                kind: .guestMoved, path: place.path, uuid: uuid, others: paths,
                isCurrent: place.parentIsCurrent && elsewhere.contains(where: \.isCurrent),
                sentence: "the guest with the uuid \(uuid) \(here); \(Self.list(paths)) has it",
                remedy: "remove the host \(place.path) and enrol it where it is now"))
    }

    static func falseClaim(_ view: HostView) -> IdentityConflict? {
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

    private static func list(_ paths: [NodePath]) -> String {
        let shown = paths.prefix(3).map(\.description).joined(separator: ", ")
        return paths.count > 3 ? "\(shown) and more" : shown
    }
}
