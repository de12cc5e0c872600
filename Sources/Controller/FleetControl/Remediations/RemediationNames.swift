import AgentWire
import ControllerAPI
import Digests
import FoundationEssentials
import NestingModel

extension Plan {
    /// Changes with anything that the plan would do, and not with the time it was made.
    func digest() throws(APIError) -> String {
        var timeless = self
        timeless.madeAt = .distantPast
        do {
            return "sha256:\(Digest.sha256Hex(of: try WireCoding.line(timeless)))"
        } catch {
            throw APIError(code: "internal", sentence: "the plan cannot be written: \(error)")
        }
    }
}

extension Remediation {
    /// A new run: every correction and drain has its id from the start, so that asking an agent again is harmless.
    /// - Parameter rollout: how its items follow one another; without a word one guest at a time.
    init(
        id: String, plan: Plan, requester: Requester, at now: Date, settings: FleetSettings,
        rollout: Rollout = Rollout(), outsideWindows: Bool = false, rollsBack: String? = nil
    ) {
        self.init(
            id: id, plan: plan, state: .running,
            items: plan.items.enumerated().map { index, item in
                RemediationItem(
                    path: item.path, correction: "\(id)-\(index)-set",
                    drains: item.drains.indices.map { "\(id)-\(index)-drain-\($0)" })
            }, requestedBy: requester.name, startedAt: now,
            startSeconds: Int(settings.startDeadline.components.seconds), rollout: rollout,
            outsideWindows: outsideWindows ? true : nil, rollsBack: rollsBack)
    }
}
