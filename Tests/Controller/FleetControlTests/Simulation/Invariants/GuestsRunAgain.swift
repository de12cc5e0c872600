import ControllerAPI
import FleetStore
import NestingModel

@testable import FleetControl

final class GuestsRunAgain: Invariant {
    static let name = "a guest that ran before runs afterwards, or is named in an open alert"
    /// Guests that went down with a machine of which nobody had told the controller that it is a host, by UUID.
    private var unseen: Set<String> = []

    func look(at moment: Sight, in scene: Scene) -> String? {
        switch moment {
        case .began(let work): note(work, scene)
        case .atRest: return fault(scene)
        default: break
        }
        return nil
    }

    private func note(_ work: SimulatedWork, _ scene: Scene) {
        let machines = work.record.guests.compactMap { scene.fleet.guest($0, on: work.host) }
        let enrolled = scene.enrolled(in: scene.store.state)
        for guest in scene.fleet.guests.values where guest.running {
            guard machines.contains(where: { guest.path.hasPrefix($0 + "/") }),
                let host = scene.fleet.parent(guest.path)
            else { continue }
            if !enrolled.contains(host) || !scene.isKnown(.host(host), forSeconds: Scene.readingSeconds)
                || !scene.isKnown(.guest(guest.path), forSeconds: Scene.readingSeconds)
            {
                unseen.insert(guest.uuid)
            }
        }
    }

    private func fault(_ scene: Scene) -> String? {
        let (state, fleet) = (scene.store.state, scene.fleet)
        for (path, guest) in scene.world.everyGuest where guest.running {
            let uuid = SimulatedFleet.uuid(path)
            let places = fleet.guests.values.filter { $0.uuid == uuid }
            guard !places.contains(where: \.running), !fleet.restsByOthers.contains(uuid), !unseen.contains(uuid) else {
                continue
            }
            let names = Set(places.map(\.path) + [path])
            // What runs inside a machine that is off waits for that one.
            if names.contains(where: { fleet.parent($0).map { !fleet.isPowered($0) } ?? false }) { continue }
            // What an earlier run was told may be forgotten.
            if scene.changed[.restored] != nil, places.contains(where: { $0.temper == .staysOff }) { continue }
            let isFinding = state.findings.values.contains { $0.state.isOpen && names.contains($0.path.description) }
            let troubled = (state.values[.troubledGuests] as? TroubledGuests)?.guests.map(\.path.description) ?? []
            let isTold = state.remediations.contains { remediation in
                zip(remediation.items, remediation.plan.items).contains { item, plan in
                    // What hides is done where what needed it can't start any more, and names that.
                    (item.outcome != .corrected || plan.change.exposure == false)
                        && names.contains { item.sentence.contains($0) }
                }
            }
            if !isFinding, names.isDisjoint(with: troubled), !isTold {
                return "\(path) ran, and is off, and nobody is told"
            }
        }
        return nil
    }
}
