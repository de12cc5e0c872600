import NestingModel

/// No remediation fails more often than it may and once more, nothing of it starts after that, and never are more of
/// its guests in motion than could fail together.
final class FailureBudgetHolds: Invariant {
    static let name = "the failure budget is never exceeded"

    func look(at moment: Sight, in scene: Scene) -> String? {
        switch moment {
        case .committed(let before, let after):
            for remediation in after.remediations
            where before.remediations.first(where: { $0.id == remediation.id }) != remediation {
                // Any number of guests can be set back by another hand while they are watched.
                let failed = failures(remediation) { $0 != .regressed }
                if failed > budget(remediation) + 1 {
                    return "\(failed) guests of \(remediation.id) failed, and \(budget(remediation)) may"
                }
            }
        case .began(let work):
            guard work.isFirst(in: scene), let (remediation, index) = scene.item(of: work.request.id) else {
                return nil
            }
            let failed = failures(remediation) { _ in true }
            let moving = remediation.items.indices.filter { other in
                other == index
                    || remediation.items[other].outcome == nil && remediation.items[other].step != .waiting
                        && scene.items[remediation.items[other].correction] != nil
            }
            let perRack = Dictionary(grouping: moving) { Simulation.rack(of: remediation.items[$0].path.description) }
            let limit = remediation.rollout?.parallelPer["rack"]
            if let limit, perRack.values.contains(where: { $0.count > limit }) {
                return "\(work.request.id) begins, and of each rack \(limit) guests may be in motion"
            }
            if failed > budget(remediation) {
                return "\(work.request.id) begins after \(failed) guests failed, and \(budget(remediation)) may"
            }
            if failed + moving.count > budget(remediation) + 1 {
                return "\(moving.count) guests are in motion after \(failed) failed, and \(budget(remediation)) may"
            }
            if moving.count > remediation.rollout?.parallel ?? 1 { return "\(moving.count) guests are in motion" }
        case .judged, .atRest: break
        }
        return nil
    }

    private func failures(_ remediation: Remediation, _ counts: (RemediationOutcome) -> Bool) -> Int {
        remediation.items.count { item in
            guard let outcome = item.outcome, outcome != .corrected, outcome != .skipped else { return false }
            return counts(outcome)
        }
    }

    private func budget(_ remediation: Remediation) -> Int {
        guard case .count(let count)? = remediation.rollout?.maxFailures else { return 0 }
        return count
    }
}
