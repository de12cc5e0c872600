package import FleetStore
package import FoundationEssentials
package import NestingPolicy

/// When a person is needed, and how much of what happened is kept.
package struct DriftRules: Sendable, Hashable {
    package var contest: ContestRule
    package var retry: RetryRule
    package var history: HistoryLimits
    /// In seconds: how long an exposed guest may run no guest of its own until that is told.
    package var unusedAfter: TimeInterval

    package init(
        contest: ContestRule = ContestRule(), retry: RetryRule = RetryRule(),
        history: HistoryLimits = HistoryLimits(), unusedAfter: TimeInterval = 14 * 86_400
    ) {
        self.contest = contest
        self.retry = retry
        self.history = history
        self.unusedAfter = unusedAfter
    }
}
