import NestingModel

@testable import FleetControl

/// Of what policies alone ask for, as long as nobody else touches the guest, the policies or the clock.
final class RetriesAreBounded: Invariant {
    static let name = "what fails under enforce is tried again later, once, and then left out"
    private var failures: [NodePath: [Int]] = [:]

    func look(at moment: Sight, in scene: Scene) -> String? {
        switch moment {
        case .committed(let before, let after):
            for remediation in after.remediations where remediation.endedAt != nil {
                guard before.remediations.first(where: { $0.id == remediation.id })?.endedAt == nil else { continue }
                for item in remediation.items { note(item, scene) }
            }
        case .began(let work):
            guard work.isFirst(in: scene), let (remediation, index) = scene.item(of: work.request.id),
                remediation.requestedBy.hasPrefix("nestord (enforces")
            else { return nil }
            let path = remediation.items[index].path
            let facts: [Scene.Fact] = [.policies, .clock, .restored, .guest(path.description)]
            let since = facts.compactMap { scene.changed[$0] }.max() ?? -1
            let times = (failures[path] ?? []).filter { $0 > since }
            if times.count > Simulation.retry.retries {
                return "\(work.request.id) tries \(path) again, which failed at \(times)"
            }
            if let last = times.last, last + Int(Simulation.retry.after) > scene.time.elapsed {
                return "\(work.request.id) tries \(path) again, which failed at +\(last)"
            }
        case .judged, .atRest: break
        }
        return nil
    }

    private func note(_ item: RemediationItem, _ scene: Scene) {
        switch item.outcome {
        case .corrected: failures[item.path] = nil
        case nil, .skipped: break
        default: failures[item.path, default: []].append(scene.time.elapsed)
        }
    }
}
