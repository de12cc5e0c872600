package import NestingModel

/// Which phases of which corrections a session has told of: each phase once, in order, none left out.
package struct CorrectionFollower: Sendable {
    private var told: [String: Int] = [:]

    package init() {}

    package var isFollowing: Bool { !told.isEmpty }

    /// Follows from here on: what the entry's trail has so far is taken as told.
    package mutating func follow(_ entry: JournalEntry) {
        guard entry.isOpen, told[entry.request.id] == nil else { return }
        told[entry.request.id] = entry.trail.count
    }

    /// What is new, in order; a correction that has ended is not followed any more.
    package mutating func advance(_ content: JournalContent) -> [CorrectionRecord] {
        var news: [CorrectionRecord] = []
        for entry in content.entries {
            guard let count = told[entry.request.id] else { continue }
            news += entry.trail.dropFirst(count)
            told[entry.request.id] = entry.isOpen ? entry.trail.count : nil
        }
        for record in content.damaged where told[record.id] != nil {
            news.append(record)
            told[record.id] = nil
        }
        return news
    }
}
