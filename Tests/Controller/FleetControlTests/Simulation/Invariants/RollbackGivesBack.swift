import NestingModel

/// What a person sets back is what the remediation found there, and only what still is as it set it.
final class RollbackGivesBack: Invariant {
    static let name = "a rollback gives back what there was before, and leaves alone what others set since"
    /// By remediation and guest, when its first order to that guest began.
    private var before: [[String]: SimulatedGuest.Settings] = [:]

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, work.request.verb == .setGuest,
            let (remediation, index) = scene.item(of: work.request.id)
        else { return nil }
        let plan = remediation.plan.items[index]
        let path = plan.path.description
        guard let guest = scene.fleet.guests[path] else { return nil }
        before[[remediation.id, path]] = guest.settings
        guard let id = remediation.rollsBack else { return nil }
        guard let old = before[[id, path]],
            let first = scene.store.state.remediations.first(where: { $0.id == id })?.plan.items.first(where: {
                $0.path == plan.path
            })?.change
        else { return "\(work.request.id) sets back \(path), which \(id) never touched" }
        guard scene.isKnown(.guest(path), forSeconds: Scene.readingSeconds) else { return nil }
        var (then, back) = (old, guest.settings)
        then.take(first)
        back.take(plan.change)
        let (set, change) = (Wanted(first), plan.change)
        let isOurs =
            (change.exposure == nil
                || set.exposed != nil && guest.settings.exposed == then.exposed
                    && back.exposed == old.exposed)
            && (change.startupMemory == nil
                || (set.memory != nil || set.fixed != nil) && guest.settings.memory == then.memory
                    && guest.settings.mostMemory == then.mostMemory && back.memory == old.memory
                    && back.mostMemory == old.mostMemory)
            && (change.maximumVCPUs == nil
                || set.vcpus != nil && guest.settings.vcpus == then.vcpus
                    && back.vcpus == old.vcpus)
        return isOurs ? nil : "\(work.request.id) sets back \(path) from \(guest.settings) to \(back), and had \(old)"
    }
}
