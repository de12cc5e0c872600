import FleetStore
import FoundationEssentials
import NestingModel

final class SetsWhatIsWrong: Invariant {
    static let name = "a correction sets what is not as it should be, all of it at once, and nothing else"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene),
            let (remediation, index) = scene.item(of: work.request.id), remediation.rollsBack == nil,
            scene.isKnown(.policies), scene.isKnown(.clock, forSeconds: Scene.readingSeconds)
        else { return nil }
        let plan = remediation.plan.items[index]
        let path = plan.path.description
        guard let guest = scene.fleet.guests[path], scene.isKnown(.guest(path), forSeconds: Scene.readingSeconds)
        else { return nil }
        let host = plan.host.description
        let wanted = scene.wanted(of: host, at: scene.now)
        // It began to count while its hosts were read.
        guard wanted == scene.wanted(of: host, at: scene.now.addingTimeInterval(-Double(Scene.readingSeconds))) else {
            return nil
        }
        let set = Wanted(plan.change).settings
        if let setting = set.first(where: { guest.complies(with: wanted, in: $0) }) {
            return "\(work.request.id) sets \(setting.rawValue) of \(path), which is as it should be"
        }
        for setting in wanted.settings where !set.contains(setting) && !guest.complies(with: wanted, in: setting) {
            let isExempted = [0, Scene.readingSeconds].contains {
                scene.isExempted(setting, of: guest, at: scene.now.addingTimeInterval(-Double($0)))
            }
            let isContested = scene.store.state.findings.values.contains {
                $0.path == plan.path && $0.setting == setting && $0.contest != nil
            }
            if !isExempted, !isContested { return "\(work.request.id) leaves \(setting.rawValue) of \(path) as it is" }
        }
        return plan.change.maximumMemory == nil
            ? nil : "\(work.request.id) sets more of \(path) than anybody wants"
    }
}
