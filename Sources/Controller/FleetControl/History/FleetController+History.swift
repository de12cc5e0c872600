package import ControllerAPI
import FleetStore
package import FoundationEssentials
package import NestingModel
import StructuredLog

extension FleetController {
    /// What happened to one guest or host, the newest first.
    /// - Parameter limit: at most 10,000.
    package func history(
        of path: NodePath, since: Date?, limit: Int
    ) async throws(APIError) -> [HistoryEntry] {
        let (entries, isKnown) = try await read { (work) throws(StoreFailure) in
            let entries = try work.history(of: path, since: since, limit: min(max(limit, 1), 10_000))
            if !entries.isEmpty { return (entries, true) }
            return ([], try work.isPlace(path))
        }
        guard isKnown else {
            throw APIError(
                code: "path-unknown", sentence: "there is no '\(path)' in the tree, and none is remembered",
                remedy: "nestor tree shows it")
        }
        return entries
    }

    /// Takes out of the store what is too old or too much: at the first sweep, and then daily.
    func pruneHistory() async {
        let now = environment.now()
        if let last = prunedAt, now.timeIntervalSince(last) < 86_400 { return }
        prunedAt = now
        let limits = environment.settings.drift.history
        do throws(APIError) {
            let count = try await record { (work) throws(StoreFailure) in try work.prune(history: limits, at: now) }
            if count > 0 { environment.log.info("history pruned", ["entries": "\(count)"]) }
        } catch {
            environment.log.error("history not pruned", ["cause": "\(error)"])
        }
    }
}
