import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

final class ExemptedIsLeftAlone: Invariant {
    static let name = "what is exempted is not corrected"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.isFirst(in: scene),
            let (remediation, index) = scene.item(of: work.request.id), remediation.rollsBack == nil,
            scene.isKnown(.policies), scene.isKnown(.clock)
        else { return nil }
        let plan = remediation.plan.items[index]
        let path = plan.path.description
        guard let guest = scene.fleet.guests[path], scene.isKnown(.guest(path), forSeconds: Scene.readingSeconds)
        else { return nil }
        let exempted = Wanted(plan.change).settings.filter { scene.isExempted($0, of: guest, at: scene.now) }
        guard let setting = exempted.first else { return nil }
        return "\(work.request.id) sets \(setting.rawValue) of \(path), which is exempted"
    }
}

extension Scene {
    /// Each exemption of the simulation is about one guest.
    func isExempted(_ setting: Setting, of guest: SimulatedGuest, at now: Date) -> Bool {
        let exemptions = store.state.policies.last?.exemptions ?? []
        return exemptions.contains { exemption in
            exemption.selector.paths == [guest.path] && exemption.settings.contains(setting)
                && exemption.expires.date > now
                && guest.has(setting, of: Wanted(exemption.accepts))
        }
    }
}

extension SimulatedGuest {
    /// Whether it has just what an exemption is pinned to; true where that says nothing of this setting.
    fileprivate func has(_ setting: Setting, of pin: Wanted) -> Bool {
        switch setting {
        case .exposure: pin.exposed.map { $0 == settings.exposed && (!running || $0 == live) } ?? true
        case .startupMemory: pin.memory.map { $0 == settings.memory } ?? true
        case .maximumVCPUs: pin.vcpus.map { $0 == settings.vcpus } ?? true
        default: true
        }
    }
}
