import FleetStore
import NestingModel

/// What is first done for a guest is done to the definition that the plan was made from, and for a policy that still
/// asks for it.
final class PlansAreFresh: Invariant {
    static let name = "no correction from a stale plan"
    /// Reading all hosts that an item needs may take as long as one that says nothing may take.
    private static let readingSeconds = 60

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene),
            let (remediation, index) = scene.item(of: work.request.id)
        else { return nil }
        let plan = remediation.plan.items[index]
        let path = plan.path.description
        let guest = scene.fleet.guests[path]
        if guest?.digest != plan.definitionDigest, scene.isKnown(.guest(path), forSeconds: Self.readingSeconds) {
            return
                "\(work.request.id) begins on \(guest?.digest ?? "nothing"), and was planned on \(plan.definitionDigest)"
        }
        guard remediation.rollsBack == nil, scene.isKnown(.policies) else { return nil }
        let isWanted = scene.store.state.policies.last?.policies.contains { policy in
            policy.selector.paths == ["\(plan.host)/*"] && policy.desired.exposure == plan.change.exposure
                && policy.mode != .audit
        }
        return isWanted == true ? nil : "\(work.request.id) sets \(path) to what no policy asks for"
    }
}
