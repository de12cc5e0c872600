import NestingModel

final class WordsAreHeard: Invariant {
    static let name = "nothing starts after a pause or an abort"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, let (remediation, _) = scene.item(of: work.request.id) else { return nil }
        if remediation.state != .running {
            return "\(work.request.id) begins, and \(remediation.id) is \(remediation.state)"
        }
        guard let asked = remediation.asked, scene.isKnown(.word) else { return nil }
        // What is in motion ends after a pause; after an abort no change begins.
        guard asked.word == .abort || work.isFirst(in: scene) else { return nil }
        return "\(work.request.id) begins after \(asked.word)"
    }
}
