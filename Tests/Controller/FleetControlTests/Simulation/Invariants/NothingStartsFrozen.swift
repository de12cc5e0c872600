import ControllerAPI
import FoundationEssentials
import NestingModel

final class NothingStartsFrozen: Invariant {
    static let name = "nothing starts under a freeze"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, let (remediation, index) = scene.item(of: work.request.id),
            scene.isKnown(.freeze)
        else { return nil }
        let plan = remediation.plan.items[index]
        let places = ([plan.path] + plan.blastRadius).map(\.description)
        let holding = scene.store.state.freezes.first { freeze in
            guard freeze.until.map({ $0 > scene.now }) ?? true else { return false }
            guard let paths = freeze.paths else { return true }
            return paths.map(\.description).contains { frozen in
                places.contains { $0 == frozen || $0.hasPrefix(frozen + "/") }
            }
        }
        return holding.map { "\(work.request.id) begins, and \($0.sentence)" }
    }
}
