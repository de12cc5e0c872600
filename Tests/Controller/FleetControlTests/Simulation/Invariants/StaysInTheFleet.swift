import NestingModel

final class StaysInTheFleet: Invariant {
    static let name = "nothing is asked of a host that is not enrolled"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, scene.isKnown(.host(work.host)),
            !scene.enrolled(in: scene.store.state).contains(work.host)
        else { return nil }
        return "\(work.request.id) begins on \(work.host), which is not enrolled"
    }
}
