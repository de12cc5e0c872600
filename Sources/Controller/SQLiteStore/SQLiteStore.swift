package import FleetStore
package import FoundationEssentials
import Glibc

/// The embedded store: one SQLite file in the state folder, WAL, every commit on the disk before it is told.
package actor SQLiteStore: FleetStore {
    private let thread: StoreThread
    private let connection: SQLiteConnection
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
        } catch {
            thread.stop()
            throw error
        }
        chmod(path, 0o600)
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try transaction("BEGIN") { (work) throws(StoreFailure) in try body(work) }
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

    package func close() {
        guard !closed else { return }
        closed = true
        connection.close()
        thread.stop()
    }

    private func transaction<Value>(
        _ begin: String, _ body: (SQLiteWork) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        guard !closed else { throw StoreFailure(.unavailable, "the store is closed") }
        try connection.execute(begin)
        do throws(StoreFailure) {
            let value = try body(SQLiteWork(connection: connection, now: now))
            try connection.execute("COMMIT")
            return value
        } catch {
            // The first fault is the one to tell; a failed commit has rolled back by itself already.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }
}
