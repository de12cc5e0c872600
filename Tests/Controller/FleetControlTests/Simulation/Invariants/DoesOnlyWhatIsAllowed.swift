import FleetStore
import NestingModel

final class DoesOnlyWhatIsAllowed: Invariant {
    static let name = "power is cut, and a saved state dropped, only where the policy of that moment allows it"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene), scene.isKnown(.policies),
            let (remediation, index) = scene.item(of: work.request.id), remediation.rollsBack == nil
        else { return nil }
        let plan = remediation.plan.items[index]
        let policy = scene.store.state.policies.last?.policies.first { $0.selector.paths == ["\(plan.host)/*"] }
        guard let allowed = policy?.disruption.consent else { return nil }
        let asked = plan.rules.consent
        if asked.cutPower, !allowed.cutPower { return "\(work.request.id) may cut the power of \(plan.path)" }
        if asked.dropSavedState, !allowed.dropSavedState {
            return "\(work.request.id) may drop the saved state of \(plan.path)"
        }
        return nil
    }
}
