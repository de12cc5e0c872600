import FleetStore

/// Stores what was observed of many hosts in few transactions: those that come while one is under way go together into
/// the next one. Nobody waits for company, and whoever comes back has what it brought on the disk.
///
/// For observations alone. What somebody decides, and what becomes of a correction, is a transaction of its own.
actor GroupedCommits {
    typealias Entry = @Sendable (any FleetWriting) throws(StoreFailure) -> Void

    private enum Turn {
        case stored
        case failed(StoreFailure)
        /// It takes its own and all that wait into the next transaction.
        case leads
    }

    private struct Waiting {
        var entry: Entry
        var continuation: CheckedContinuation<Turn, Never>
    }

    private let store: any FleetStore
    private var waiting: [Waiting] = []
    private var isStoring = false
    /// How many transactions there were.
    private(set) var count = 0

    /// So many at most: whoever else writes waits for no more than that.
    private static let most = 64

    init(_ store: any FleetStore) {
        self.store = store
    }

    /// Comes back when it is stored.
    func commit(_ entry: @escaping Entry) async throws(StoreFailure) {
        if isStoring {
            switch await withCheckedContinuation({ waiting.append(Waiting(entry: entry, continuation: $0)) }) {
            case .stored: return
            case .failed(let failure): throw failure
            case .leads: break
            }
        }
        isStoring = true
        let company = Array(waiting.prefix(Self.most - 1))
        waiting.removeFirst(company.count)
        let failure = await lead(entry, company)
        if waiting.isEmpty {
            isStoring = false
        } else {
            waiting.removeFirst().continuation.resume(returning: .leads)
        }
        if let failure { throw failure }
    }

    /// - Returns: why its own could not be stored.
    private func lead(_ entry: @escaping Entry, _ company: [Waiting]) async -> StoreFailure? {
        let entries = [entry] + company.map(\.entry)
        guard await store(entries) != nil else {
            for other in company { other.continuation.resume(returning: .stored) }
            return nil
        }
        // One that can't be stored takes no other with it.
        for other in company {
            let failure = await store([other.entry])
            other.continuation.resume(returning: failure.map { .failed($0) } ?? .stored)
        }
        return await store([entry])
    }

    private func store(_ entries: [Entry]) async -> StoreFailure? {
        count += 1
        do throws(StoreFailure) {
            try await store.record { (work) throws(StoreFailure) in
                for entry in entries { try entry(work) }
            }
            return nil
        } catch {
            return error
        }
    }
}
