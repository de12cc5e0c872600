import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

/// Against a judgement of its own, in a few lines: of the settings that the simulation has, at the last reading.
final class FindingsAreTrue: Invariant {
    static let name = "what is not as it should be is found, exempted or open, and nothing else"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .atRest = moment, let now = scene.readAt else { return nil }
        let findings = scene.store.state.findings.values
        for guest in scene.fleet.guests.values.sorted(by: { $0.path < $1.path }) {
            guard let host = scene.fleet.parent(guest.path), scene.fleet.obstacle(to: host) == nil else { continue }
            let isEnrolled = scene.enrolled(in: scene.store.state).contains(host)
            let wanted = isEnrolled ? scene.wanted(of: host, at: now) : Wanted()
            for setting in Wanted.everySetting {
                let expected: FindingState? =
                    guest.complies(with: wanted, in: setting)
                    ? nil : scene.isExempted(setting, of: guest, at: now) ? .exempted : .open
                let found = findings.filter {
                    $0.path.description == guest.path && $0.setting == setting && $0.state != .resolved
                        && ($0.kind == .drift || $0.kind == .restartNeeded)
                }.map(\.state)
                if found != [expected].compactMap(\.self) {
                    return "\(setting.rawValue) of \(guest.path) is \(found.map { "\($0)" }), and should be "
                        + (expected.map { "\($0)" } ?? "in line")
                }
            }
        }
        return nil
    }
}

extension SimulatedGuest {
    func complies(with wanted: Wanted, in setting: Setting) -> Bool {
        switch setting {
        case .exposure: wanted.exposed.map { $0 == settings.exposed && (!running || $0 == live) } ?? true
        case .startupMemory: wanted.memory.map { $0 <= settings.memory } ?? true
        case .maximumVCPUs: wanted.vcpus.map { $0 <= settings.vcpus } ?? true
        case .dynamicMemory: wanted.fixed == nil || settings.memory == settings.mostMemory
        default: true
        }
    }
}
