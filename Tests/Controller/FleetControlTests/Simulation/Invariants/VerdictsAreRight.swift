import NestingModel

final class VerdictsAreRight: Invariant {
    static let name = "a change that does not work goes back, and one that hides never does"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .judged(let work, let verdict) = moment, work.request.verb == .setGuest,
            let (remediation, index) = scene.item(of: work.request.id), let path = work.stopped.first
        else { return nil }
        let verification = remediation.items[index].verification
        if work.request.change?.exposure == false {
            return verdict == .rollback ? "\(work.request.id) would expose \(path) again" : nil
        }
        let isWrong = scene.fleet.guests[path]?.temper == .unchangedInside && work.request.change?.exposure != nil
        if isWrong, verification == .passed, scene.isKnown(.guest(path), forSeconds: 60) {
            return "\(work.request.id) passed, and inside \(path) nothing changed"
        }
        if (verification == .failed) != (verdict == .rollback) {
            return
                "\(work.request.id) was found to be \(verification.map { "\($0)" } ?? "nothing"), and told to \(verdict)"
        }
        return nil
    }
}
