import FleetStore
import FoundationEssentials
import Synchronization

/// Reads snapshots through a connection and on a thread of its own: it waits neither for the writer, which may hold a
/// transaction for as long as a whole fleet takes to be judged, nor for another reader.
actor SQLiteReader {
    private let thread: StoreThread
    private let connection: SQLiteConnection
    private let now: @Sendable () -> Date
    private var closed = false
    /// How many wait for it, or are served.
    nonisolated let load = Atomic(0)

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameter path: of a store whose tables are up to date.
    init(path: String, now: @escaping @Sendable () -> Date) throws(StoreFailure) {
        thread = StoreThread(name: "store reader")
        self.now = now
        do throws(StoreFailure) {
            connection = try SQLiteConnection(path: path, readOnly: true)
            // The second one opens the log, too: from here on all files are at hand.
            try connection.execute("PRAGMA trusted_schema=OFF; SELECT COUNT(*) FROM host;")
        } catch {
            thread.stop()
            throw error
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        guard !closed else { throw StoreFailure(.unavailable, "the store is closed") }
        return try connection.transaction("BEGIN") { () throws(StoreFailure) in
            try body(SQLiteWork(connection: connection, now: now))
        }
    }

    func close() {
        guard !closed else { return }
        closed = true
        connection.close()
        thread.stop()
    }
}
