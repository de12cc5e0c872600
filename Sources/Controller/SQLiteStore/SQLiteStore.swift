package import FleetStore
package import FoundationEssentials
import Glibc
import Synchronization

/// The embedded store: one SQLite file in the state folder, WAL, every commit on the disk before it is told. Whoever
/// reads sees all that was told before, and waits for nobody who writes.
package actor SQLiteStore: FleetStore {
    private let thread: StoreThread
    private let connection: SQLiteConnection
    /// More than one, so that a page of findings does not wait until somebody has read the whole fleet.
    private nonisolated let readers: [SQLiteReader]
    private let path: String
    private let now: @Sendable () -> Date
    private var closed = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameter path: of the file, in a folder that its owner has locked.
    package init(path: String, now: @escaping @Sendable () -> Date) throws(StoreFailure) {
        thread = StoreThread(name: "store")
        self.path = path
        self.now = now
        do throws(StoreFailure) {
            connection = try SQLiteConnection(path: path, readOnly: false)
            try connection.execute(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;")
            try connection.migrate()
            var readers: [SQLiteReader] = []
            for _ in 0..<3 { readers.append(try SQLiteReader(path: path, now: now)) }
            self.readers = readers
        } catch {
            thread.stop()
            throw error
        }
        chmod(path, 0o600)
    }

    package nonisolated func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        let loads = readers.map { $0.load.load(ordering: .relaxed) }
        let reader = readers[loads.indices.min { loads[$0] < loads[$1] } ?? 0]
        reader.load.add(1, ordering: .relaxed)
        defer { reader.load.subtract(1, ordering: .relaxed) }
        return try await reader.read(body)
    }

    package func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try transaction("BEGIN IMMEDIATE") { (work) throws(StoreFailure) in try body(work) }
    }

    package func change<Value: Sendable>(
        _ entry: AuditEntry, _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try transaction("BEGIN IMMEDIATE") { (work) throws(StoreFailure) in
            let value = try body(work)
            try work.audit(entry)
            return value
        }
    }

    package func size() -> Int64 {
        ["", "-wal"].reduce(0) { total, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? total + Int64(status.st_size) : total
        }
    }

    package func close() async {
        guard !closed else { return }
        closed = true
        for reader in readers { await reader.close() }
        connection.close()
        thread.stop()
    }

    private func transaction<Value>(
        _ begin: String, _ body: (SQLiteWork) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        guard !closed else { throw StoreFailure(.unavailable, "the store is closed") }
        return try connection.transaction(begin) { () throws(StoreFailure) in
            try body(SQLiteWork(connection: connection, now: now))
        }
    }
}
