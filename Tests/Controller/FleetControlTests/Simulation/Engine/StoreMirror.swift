import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

@testable import SQLiteStore

/// Does every write once more in SQLite, and tells where the two stores differ.
final class StoreMirror {
    private let connection: SQLiteConnection
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date) throws(StoreFailure) {
        connection = try SQLiteConnection(path: ":memory:", readOnly: false)
        try connection.migrate()
        self.now = now
    }

    func close() { connection.close() }

    func write<Value>(_ body: (any FleetWriting) throws(StoreFailure) -> Value) throws(StoreFailure) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreFailure) {
            _ = try body(SQLiteWork(connection: connection, now: now))
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    /// What is read otherwise than from memory, by the names of the readings.
    func differences(from state: MemoryState) throws(StoreFailure) -> [String] {
        let (ours, theirs) = (MemoryWork(state, now: now()), SQLiteWork(connection: connection, now: now))
        var found: [String] = []
        func compare<Value: Equatable>(
            _ name: String, _ read: (any FleetReading) throws(StoreFailure) -> Value
        ) throws(StoreFailure) {
            if try read(ours) != read(theirs) { found.append(name) }
        }
        try compare("hosts") { (work) throws(StoreFailure) in try work.hosts() }
        try compare("open findings") { (work) throws(StoreFailure) in try work.openFindings() }
        try compare("exempted findings") { (work) throws(StoreFailure) in try work.exemptedFindings() }
        try compare("resolved findings") { (work) throws(StoreFailure) in
            try work.resolvedFindings(limit: 1_000).sorted { $0.id < $1.id }
        }
        try compare("policies") { (work) throws(StoreFailure) in try work.policyRevisions(limit: 100) }
        try compare("remediations") { (work) throws(StoreFailure) in try work.remediations(limit: 100) }
        try compare("unfinished remediations") { (work) throws(StoreFailure) in try work.unfinishedRemediations() }
        try compare("audit") { (work) throws(StoreFailure) in try work.auditChain(after: 0, limit: 10_000) }
        try compare("corrections") { (work) throws(StoreFailure) in try work.corrections(since: .distantPast) }
        for view in state.hosts {
            for guest in view.report?.guests.value ?? [] {
                let path = view.host.path.guest(named: guest.name)
                try compare("history of \(path)") { (work) throws(StoreFailure) in
                    try work.history(of: path, since: nil, limit: 1_000)
                }
            }
        }
        try compare("unused exposure") { (work) throws(StoreFailure) in try work.unusedExposure(ofTree: nil) }
        try compare("changed trees") { (work) throws(StoreFailure) in try work.changedTrees(since: 0) }
        try compare("reports") { (work) throws(StoreFailure) in try work.reports() }
        try compare("runs") { (work) throws(StoreFailure) in try work.reportRuns(of: "r", limit: 1_000) }
        try compare("the newest run") { (work) throws(StoreFailure) in try work.reportRun(of: "r", id: nil) }
        try compare("memory") { (work) throws(StoreFailure) in try work.reportMemory(of: "r") }
        try compare("deliveries") { (work) throws(StoreFailure) in try work.deliveries(to: nil) }
        try compare("change requests") { (work) throws(StoreFailure) in try work.changeRequests(limit: 100) }
        try compare("windows") { (work) throws(StoreFailure) in try work.value(.windows, as: WindowSet.self) }
        return found
    }
}
