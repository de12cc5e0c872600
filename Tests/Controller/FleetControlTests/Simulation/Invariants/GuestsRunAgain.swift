import ControllerAPI
import FleetStore
import NestingModel

@testable import FleetControl

final class GuestsRunAgain: Invariant {
    static let name = "a guest that ran before runs afterwards, or is named in an open alert"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .atRest = moment else { return nil }
        for path in ran(scene.world) where scene.fleet.guests[path]?.running != true {
            // What runs inside a machine that is off waits for that one.
            if let host = scene.fleet.parent(path), scene.fleet.guests[host]?.running == false { continue }
            let state = scene.store.state
            let isFinding = state.findings.values.contains { $0.state.isOpen && $0.path.description == path }
            let troubled = (state.values[.troubledGuests] as? TroubledGuests)?.guests.map(\.path.description) ?? []
            let isTold = state.remediations.contains { remediation in
                remediation.items.contains { $0.outcome != .corrected && $0.sentence.contains(path) }
            }
            if !isFinding, !troubled.contains(path), !isTold { return "\(path) ran, and is off, and nobody is told" }
        }
        return nil
    }

    private func ran(_ world: World) -> [String] {
        world.trees.flatMap { tree in
            tree.guests.filter(\.running).map { "\(tree.name)/\($0.name)" }
                + tree.inner.filter(\.running).map { "\(tree.name)/\(World.nested)/\($0.name)" }
        }
    }
}
