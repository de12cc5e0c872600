import FleetStore
import FoundationEssentials

/// What outlives the controllers: the disk. Everything else reaches it through an `IncarnationStore`.
final class SimulatedStore: @unchecked Sendable {  // used on the simulation's one thread
    private(set) var state = MemoryState()
    private let time: SimulatedTime
    /// Told after each commit: as it was, and as it is.
    var committed: (MemoryState, MemoryState) -> Void = { _, _ in }

    /// Does every write, too; none where nobody compares.
    var mirror: StoreMirror?
    /// How often the mirror took another end than memory did.
    private(set) var disagreements = 0

    /// As it was when somebody copied it.
    private var backup: MemoryState?

    init(time: SimulatedTime) { self.time = time }

    func makeBackup() { backup = state }

    /// Puts the copy in its place.
    /// - Returns: false where there is none.
    func restoreBackup() -> Bool {
        guard let backup else { return false }
        state = backup
        return true
    }

    func read<Value>(_ body: (any FleetReading) throws(StoreFailure) -> Value) throws(StoreFailure) -> Value {
        try body(MemoryWork(state, now: time.date))
    }

    func write<Value>(_ body: (any FleetWriting) throws(StoreFailure) -> Value) throws(StoreFailure) -> Value {
        let work = MemoryWork(state, now: time.date)
        let value: Value
        do throws(StoreFailure) {
            value = try body(work)
        } catch {
            if let mirror, (try? mirror.write(body)) != nil { disagreements += 1 }
            throw error
        }
        if let mirror, (try? mirror.write(body)) == nil { disagreements += 1 }
        let before = state
        state = work.state
        committed(before, state)
        return value
    }
}

/// The store as one run of the controller has it.
struct IncarnationStore: FleetStore {
    let store: SimulatedStore
    let incarnation: Incarnation
    /// Lets others come in before and after a transaction, as they may where the store has a thread of its own.
    let pause: JobQueue?

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        await pause?.pause()
        if incarnation.isDead { throw dead }
        let value = try store.read(body)
        await pause?.pause()
        return value
    }

    func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        await pause?.pause()
        try dieWhereItIsTime()
        let value = try store.write(body)
        if isLast { throw end() }
        await pause?.pause()
        return value
    }

    func change<Value: Sendable>(
        _ entry: AuditEntry, _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        try await record { (work) throws(StoreFailure) in
            let value = try body(work)
            try work.audit(entry)
            return value
        }
    }

    func size() async -> Int64 { 0 }
    func close() async {}

    private var dead: StoreFailure { StoreFailure(.unavailable, "dead") }
    private var isLast: Bool { (incarnation.writesLeft ?? 1) <= 0 }

    private func dieWhereItIsTime() throws(StoreFailure) {
        if incarnation.isDead { throw dead }
        guard let left = incarnation.writesLeft else { return }
        incarnation.writesLeft = left - 1
        if left <= 1, !incarnation.lastIsWritten { throw end() }
    }

    private func end() -> StoreFailure {
        incarnation.kill()
        return dead
    }
}
