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
}

extension PreviewAnswer {
    /// Of all there are, whether they are in the lists or not.
    package var total: PreviewCounts {
        counts
            ?? PreviewCounts(
                opens: opens.count, closes: closes.count, exempts: exempts.count, modes: modes.count,
                items: plan.items.count, blocked: plan.blocked.count)
    }

    /// Leaves the first ones of each list, and says how many there were.
    package mutating func cut(to limit: Int) {
        let total = total
        opens.cut(to: limit)
        closes.cut(to: limit)
        exempts.cut(to: limit)
        modes.cut(to: limit)
        plan.items.cut(to: limit)
        plan.blocked.cut(to: limit)
        if total != self.total { counts = total }
    }

    /// The worst first, then by path.
    package mutating func sort() {
        opens.sort { $0.isBefore($1) }
        closes.sort { $0.isBefore($1) }
        exempts.sort { $0.isBefore($1) }
        modes.sort { $0.finding.isBefore($1.finding) }
    }
}

extension Array {
    fileprivate mutating func cut(to limit: Int) {
        if count > limit { removeLast(count - limit) }
    }
}

extension Finding {
    fileprivate func isBefore(_ other: Finding) -> Bool {
        (other.severity, path, id) < (severity, other.path, other.id)
    }
}
