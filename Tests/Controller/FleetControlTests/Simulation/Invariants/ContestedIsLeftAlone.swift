import NestingModel

final class ContestedIsLeftAlone: Invariant {
    static let name = "what was corrected three times, and came back each time, is left to people"
    private static let limit = 3

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene),
            let (remediation, index) = scene.item(of: work.request.id), remediation.rollsBack == nil
        else { return nil }
        let plan = remediation.plan.items[index]
        for setting in Wanted(plan.change).settings {
            let times = scene.store.state.remediations.count { other in
                guard other.id != remediation.id, other.rollsBack == nil else { return false }
                return zip(other.items, other.plan.items).contains { item, done in
                    item.outcome == .corrected && done.path == plan.path && same(setting, done.change, plan.change)
                }
            }
            if times >= Self.limit {
                return "\(work.request.id) sets \(setting.rawValue) of \(plan.path), which was corrected \(times) times"
            }
        }
        return nil
    }

    private func same(_ setting: Setting, _ left: GuestChange, _ right: GuestChange) -> Bool {
        let (left, right) = (Wanted(left), Wanted(right))
        return switch setting {
        case .exposure: left.exposed == right.exposed
        case .startupMemory: left.memory == right.memory
        case .maximumVCPUs: left.vcpus == right.vcpus
        case .dynamicMemory: left.fixed == right.fixed
        default: false
        }
    }
}
