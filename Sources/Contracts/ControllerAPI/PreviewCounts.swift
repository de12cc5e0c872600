import NestingModel

/// How many a draft of policies would open, close and correct, where nobody reads them all.
package struct PreviewCounts: Codable, Sendable, Hashable {
    package var opens: Int
    package var closes: Int
    package var exempts: Int
    package var modes: Int
    /// Corrections of the plan.
    package var items: Int
    package var blocked: Int

    package init(opens: Int, closes: Int, exempts: Int, modes: Int, items: Int, blocked: Int) {
        self.opens = opens
        self.closes = closes
        self.exempts = exempts
        self.modes = modes
        self.items = items
        self.blocked = blocked
    }
}

extension PreviewAnswer {
    /// Of all there are, whether they are in the lists or not.
    package var total: PreviewCounts {
        counts
            ?? PreviewCounts(
                opens: opens.count, closes: closes.count, exempts: exempts.count, modes: modes.count,
                items: plan.items.count, blocked: plan.blocked.count)
    }
}
