import FoundationEssentials
import NestingModel

extension EvaluationWalk {
    /// A guest that has extensions and never used them in so long is better without: what is not there can't be broken
    /// out through. Only a suggestion, from known facts, and only under KVM, which counts.
    mutating func checkUse(_ node: TreeNode, _ verdict: Verdict) {
        guard let guest = node.guest, guest.exposure.configured.value == true,
            guest.engine.value == .kvm, let since = unused[node.path]
        else { return }
        // A policy that wants it hidden has a finding of its own.
        let decision = verdict.wish(.exposure)?.decision
        if case .flag(false) = decision?.value { return }
        switch (guest.exposure.live, guest.exposure.inUse) {
        case (.known(true), .known(false)), (.absent, .absent): break
        case (.unknown, _), (_, .unknown): return ledger.leaveOpen(.unusedExposure, node.path, .exposure)
        default: return
        }
        let day = since.formatted(.iso8601.year().month().day())
        let policy = decision.map { verdicts.index.entries[$0.policy].policy.name }
        ledger.open(
            Finding(
                kind: .unusedExposure, path: node.path, uuid: guest.uuid, setting: .exposure, observed: "unused",
                severity: .info,
                sentence: "\(node.path) is exposed, and has run no guest of its own since \(day) at least",
                remedy: "if nothing is to run in it, hide nesting: "
                    + (policy.map { "take it out of policy '\($0)', and give it one with exposure: hidden" }
                        ?? "a policy with exposure: hidden"),
                firstSeen: now, lastSeen: now))
    }
}
