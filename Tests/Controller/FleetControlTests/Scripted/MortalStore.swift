import FleetStore
import Synchronization

/// A store whose controller dies at its n-th write: nothing is written from then on, as after kill -9.
final class MortalStore: FleetStore {
    private let store: any FleetStore
    private let left: Mutex<Int>
    /// Orders to agents that can still be recorded.
    private let orders: Mutex<Int>

    init(_ store: any FleetStore, writes: Int = .max, orders: Int = .max) {
        self.store = store
        left = Mutex(writes)
        self.orders = Mutex(orders)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }
    /// Whether the write that it dies after is done: what would come next may never come.
    var isSpent: Bool { left.withLock { $0 <= 0 } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        if isDead { throw StoreFailure(.unavailable, "dead") }
        return try await store.read(body)
    }

    func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try spend()
        return try await store.record(body)
    }

    func change<Value: Sendable>(
        _ entry: AuditEntry, _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try spend()
        if entry.action == "correction.send", !Self.isLeft(orders) { throw StoreFailure(.full, "the disk is full") }
        return try await store.change(entry, body)
    }

    func size() async -> Int64 { 0 }
    func close() async {}

    private func spend() throws(StoreFailure) {
        if !Self.isLeft(left) { throw StoreFailure(.unavailable, "dead") }
    }

    private static func isLeft(_ count: borrowing Mutex<Int>) -> Bool {
        count.withLock { count in
            count -= 1
            return count >= 0
        }
    }
}
