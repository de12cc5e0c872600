import FleetStore
import Synchronization

/// A store that lets a test act just before a write is done.
final class WatchedStore: FleetStore {
    /// - Parameter action: of its audit record; nil where it has none.
    typealias Watcher = @Sendable (_ action: String?) async -> Void

    private let store: any FleetStore
    private let watcher = Mutex<Watcher?>(nil)

    init(_ store: any FleetStore) { self.store = store }

    func beforeWrites(_ watcher: Watcher?) { self.watcher.withLock { $0 = watcher } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try await store.read(body)
    }

    func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        await watcher.withLock { $0 }?(nil)
        return try await store.record(body)
    }

    func change<Value: Sendable>(
        _ entry: AuditEntry, _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        await watcher.withLock { $0 }?(entry.action)
        return try await store.change(entry, body)
    }

    func size() async -> Int64 { 0 }
    func close() async {}
}
