import FleetStore
import NestingModel

/// What is first done for a guest is done to the definition that the plan was made from, and for a policy that still
/// asks for it.
final class PlansAreFresh: Invariant {
    static let name = "no correction from a stale plan"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene),
            let (remediation, index) = scene.item(of: work.request.id)
        else { return nil }
        let plan = remediation.plan.items[index]
        let path = plan.path.description
        let guest = scene.fleet.guests[path]
        if guest?.digest != plan.definitionDigest, scene.isKnown(.guest(path), forSeconds: Scene.readingSeconds) {
            return
                "\(work.request.id) begins on \(guest?.digest ?? "nothing"), and was planned on \(plan.definitionDigest)"
        }
        guard remediation.rollsBack == nil, scene.isKnown(.policies) else { return nil }
        let policies = scene.store.state.policies.last?.policies ?? []
        guard let policy = policies.first(where: { $0.selector.paths == ["\(plan.host)/*"] }),
            Wanted(plan.change).isPart(of: Wanted(policy.desired)), policy.mode != .audit,
            policy.phase(at: scene.now) == .full || !scene.isKnown(.clock)
        else { return "\(work.request.id) sets \(path) to what no policy asks for" }
        return policy.mode == .enforce || !remediation.requestedBy.hasPrefix("nestord (enforces")
            ? nil : "\(work.request.id) enforces what policy '\(policy.name)' proposes"
    }
}
