package import FoundationEssentials
package import NestingModel

/// Policies and exemptions made ready to be held against a nesting tree, as often as wanted.
package struct PolicyEngine: Sendable {
    let index: PolicyIndex
    let exemptions: ExemptionIndex

    package init(_ book: PolicyBook) {
        index = PolicyIndex(book.policies)
        exemptions = ExemptionIndex(book.exemptions)
    }

    package init(_ policies: [Policy], exemptions: [Exemption] = []) {
        self.init(PolicyBook(policies: policies, exemptions: exemptions))
    }

    /// Compares every node with what the policies want of it, and every guest that is a host with what its own agent
    /// sees.
    ///
    /// An unknown fact is an `unreadable` finding and never drift. Where a host can't be read, what was found there
    /// before becomes stale and is never resolved by that; what was exempted stays so while its exemption holds.
    ///
    /// - Parameters:
    ///   - previous: the open, stale and exempted findings of the last evaluation; resolved ones are ignored.
    ///   - earlier: what hosts were judged by before, where that was something else: a new finding whose wish is another
    ///     one than then is the policies' doing (`intended`), any other is the host's (`corrective`).
    ///   - unusedExposure: guests that have been exposed for long without running a guest, with since when.
    /// - Returns: all open, stale and exempted findings, and those that ended since, once, as resolved.
    package func evaluate(
        _ joined: JoinResult, previous: [Finding] = [], earlier: EarlierJudgements = EarlierJudgements(),
        unusedExposure: [NodePath: Date] = [:], now: Date
    ) -> [Finding] {
        var policies = CountingPolicies(self, at: now)
        return policies.evaluate(
            joined, previous: previous, earlier: earlier, unusedExposure: unusedExposure, now: now)
    }
}
