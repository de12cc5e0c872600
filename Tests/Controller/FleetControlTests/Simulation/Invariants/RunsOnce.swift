import NestingModel

final class RunsOnce: Invariant {
    static let name = "no guest runs at two places, and none is changed at one while it is at another"

    func look(at moment: Sight, in scene: Scene) -> String? {
        if case .began(let work) = moment, work.request.verb == .setGuest {
            let uuid = work.request.guest ?? ""
            let seen = scene.fleet.guests.values.first { guest in
                guard guest.uuid == uuid, let host = scene.fleet.parent(guest.path), host != work.host else {
                    return false
                }
                return scene.isKnown(.guest(guest.path), forSeconds: Scene.readingSeconds)
                    && scene.wasRead(host, sinceChangeOf: guest.path)
            }
            if let seen { return "\(work.request.id) changes a guest that \(seen.path) is, too" }
        }
        let running = scene.fleet.guests.values.filter(\.running).map(\.uuid)
        guard Set(running).count < running.count else { return nil }
        return "\(running.filter { uuid in running.count { $0 == uuid } > 1 }) run twice"
    }
}

extension Scene {
    /// Whether the controller has read a host, and has what it said, since a guest there changed.
    fileprivate func wasRead(_ host: String, sinceChangeOf guest: String) -> Bool {
        guard let view = store.state.hosts.first(where: { $0.host.path.description == host }), view.health.state == .ok
        else { return false }
        return view.report?.digest == fleet.report(of: host).digest
    }
}
