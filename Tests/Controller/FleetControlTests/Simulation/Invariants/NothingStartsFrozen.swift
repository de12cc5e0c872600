import ControllerAPI
import FoundationEssentials
import NestingModel

final class NothingStartsFrozen: Invariant {
    static let name = "nothing starts under a freeze"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, let (remediation, index) = scene.item(of: work.request.id),
            let freeze = scene.store.state.freeze, freeze.until.map({ $0 > scene.now }) ?? true,
            scene.isKnown(.freeze)
        else { return nil }
        let plan = remediation.plan.items[index]
        let places = ([plan.path] + plan.blastRadius).map(\.description)
        let isHeld = freeze.paths.map { paths in
            paths.map(\.description).contains { frozen in
                places.contains { $0 == frozen || $0.hasPrefix(frozen + "/") }
            }
        }
        return isHeld ?? true ? "\(work.request.id) begins, and \(freeze.sentence)" : nil
    }
}
