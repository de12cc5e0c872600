import NestingModel

/// A wave begins when the one before has ended, and was watched for as long as was asked for.
final class WavesFollow: Invariant {
    static let name = "no wave begins before the one before it has ended and was watched"
    /// By remediation and wave, when its last guest ended, in seconds after the beginning.
    private var ended: [String: [Int: Int]] = [:]

    func look(at moment: Sight, in scene: Scene) -> String? {
        switch moment {
        case .committed(_, let after): for remediation in after.unfinished { note(remediation, scene) }
        case .began(let work):
            guard work.isFirst(in: scene), scene.changed[.restored] == nil,
                let (remediation, index) = scene.item(of: work.request.id)
            else { return nil }
            let rollout = remediation.rollout ?? Rollout()
            let waves = rollout.waves(of: remediation.items.count)
            guard let own = waves.firstIndex(where: { $0.contains(index) }), own > 0 else { return nil }
            guard let last = ended[remediation.id]?[own - 1] else {
                return "\(work.request.id) of wave \(own + 1) begins, and wave \(own) has not ended"
            }
            let seconds = scene.time.elapsed - last
            // A clock that was set makes it longer or shorter.
            if seconds < rollout.soakSeconds, scene.changed[.clock] ?? -1 < last {
                return "\(work.request.id) of wave \(own + 1) begins \(seconds) s after wave \(own) ended"
            }
        case .judged, .atRest: break
        }
        return nil
    }

    private func note(_ remediation: Remediation, _ scene: Scene) {
        let waves = (remediation.rollout ?? Rollout()).waves(of: remediation.items.count)
        for (number, wave) in waves.enumerated()
        where ended[remediation.id]?[number] == nil && wave.allSatisfy({ remediation.items[$0].outcome != nil }) {
            ended[remediation.id, default: [:]][number] = scene.time.elapsed
        }
    }
}
