package import FoundationEssentials
package import NestingModel

/// Findings by their ids, and what happened over time.
package protocol HistoryReading {
    /// In any state.
    func findings(ids: [String]) throws(StoreFailure) -> [Finding]
    /// What happened to one node, the newest first.
    func history(of path: NodePath, since: Date?, limit: Int) throws(StoreFailure) -> [HistoryEntry]
    /// What was corrected and what was settled, oldest first.
    func corrections(since: Date) throws(StoreFailure) -> [HistoryEntry]
}

package protocol HistoryWriting {
    func add(history: [HistoryEntry]) throws(StoreFailure)
    /// A guest is exposed and runs no guest: since now, or since it was first seen so.
    /// - Parameter anew: what was seen before does not count.
    func put(unusedExposureOf path: NodePath, uuid: String, at now: Date, anew: Bool) throws(StoreFailure)
    /// It uses what it has, has it no more, or can't be told.
    func remove(unusedExposureOf path: NodePath) throws(StoreFailure)
    /// Takes out what is too old or too much, never what open findings need and never a guest's last facts.
    /// - Returns: how many entries went.
    @discardableResult
    func prune(history limits: HistoryLimits, at now: Date) throws(StoreFailure) -> Int
}

/// How much of what happened is kept.
package struct HistoryLimits: Sendable, Hashable {
    /// In seconds; also how long a resolved finding is remembered.
    package var keep: TimeInterval
    /// In seconds: from then on one state of a guest's facts is kept a day.
    package var thinAfter: TimeInterval
    /// Of all entries together.
    package var bytes: Int64

    package init(keep: TimeInterval = 400 * 86_400, thinAfter: TimeInterval = 30 * 86_400, bytes: Int64 = 1 << 30) {
        self.keep = keep
        self.thinAfter = thinAfter
        self.bytes = bytes
    }
}
