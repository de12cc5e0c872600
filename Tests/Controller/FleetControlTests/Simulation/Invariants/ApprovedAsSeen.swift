import NestingModel

final class ApprovedAsSeen: Invariant {
    static let name = "a plan runs as it was seen; a change request once, approved by somebody else where that is set"

    func look(at moment: Sight, in scene: Scene) -> String? {
        if let id = scene.unseen.first { return "\(id) runs otherwise than its plan was seen" }
        guard case .committed(let before, let after) = moment, before.changes != after.changes else { return nil }
        let runs = after.changes.compactMap(\.remediation)
        if Set(runs).count < runs.count { return "two requests run as one" }
        for request in after.changes where request.state == .approved {
            guard let remediation = after.remediations.first(where: { $0.id == request.remediation }) else {
                return "\(request.id) is approved, and nothing runs"
            }
            guard remediation.plan.items == scene.seen[request.id] else {
                return "\(request.id) runs otherwise than it was seen"
            }
            if scene.world.fourEyes, remediation.requestedBy == request.author {
                return "\(request.id) was approved by its author"
            }
        }
        return nil
    }
}
