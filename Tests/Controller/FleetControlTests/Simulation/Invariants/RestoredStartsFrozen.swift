import FleetStore
import NestingModel

/// A controller that is older than what its hosts have seen waits for a person, once it could have read them.
final class RestoredStartsFrozen: Invariant {
    static let name = "what was restored from a backup corrects nothing before a person has looked"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, let restored = scene.changed[.restored], !scene.ordersBefore.isEmpty,
            let (remediation, _) = scene.item(of: work.request.id),
            scene.isKnown(.restored, forSeconds: 2 * Scene.readingSeconds), scene.fleet.lostAt < restored,
            !scene.ordersBefore.contains(work.request.id),
            // Of an order that is forgotten now its agent alone knows.
            let lost = scene.ordersBefore.sorted().first(where: { scene.item(of: $0) == nil }),
            !scene.store.state.audit.dropFirst(scene.recordsBefore).contains(where: { $0.entry.action == "unfreeze" })
        else { return nil }
        return "\(work.request.id) of \(remediation.id) begins, and nobody unfroze what had forgotten \(lost)"
    }
}
