import ControllerAPI
import DriftReports
import FoundationEssentials
import Synchronization

/// Takes deliveries and remembers them, and refuses for those whom a test names.
final class ScriptedCourier: ReportCourier {
    private struct State {
        var refusing: Set<String> = []
        var silent: Set<String> = []
        var arrived: [(folder: String, id: String, run: Int)] = []
        var refused = 0
    }

    private let state = Mutex(State())

    /// By the folder or the address that they are named by.
    func refuse(_ folders: Set<String>) { state.withLock { $0.refusing = folders } }
    /// Those say nothing until they are cancelled.
    func hang(_ folders: Set<String>) { state.withLock { $0.silent = folders } }

    /// What arrived in that folder, in order.
    func arrived(in folder: String) -> [String] {
        state.withLock { $0.arrived.filter { $0.folder == folder }.map(\.id) }
    }

    func runs(in folder: String) -> [Int] { state.withLock { $0.arrived.filter { $0.folder == folder }.map(\.run) } }

    var refused: Int { state.withLock { $0.refused } }

    func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        let folder = parcel.place.file?.folder ?? parcel.address ?? ""
        if state.withLock({ $0.silent.contains(folder) }) {
            // Ends by cancellation alone.
            let never = AsyncStream<Void>.makeStream()
            for await _ in never.stream {}
            throw DeliveryFailure("cancelled")
        }
        let isRefused = state.withLock { state in
            let isRefused = state.refusing.contains(folder)
            if isRefused { state.refused += 1 }
            if !isRefused { state.arrived.append((folder, parcel.id, parcel.run.summary.number)) }
            return isRefused
        }
        if isRefused { throw DeliveryFailure("the folder is full", remedy: "make room") }
    }
}

/// Brings nothing any more once its store has done its last write: the process was killed between the two.
struct MortalCourier: ReportCourier {
    let courier: ScriptedCourier
    let store: MortalStore

    func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        if store.isSpent { throw DeliveryFailure("dead") }
        try await courier.deliver(parcel)
    }
}

/// A wall clock that a test sets.
final class TestClock: Sendable {
    private let date: Mutex<Date>

    init(_ text: String) { date = Mutex((try? Date(text, strategy: .iso8601)) ?? .distantPast) }

    var now: Date { date.withLock { $0 } }
    func set(_ text: String) { date.withLock { $0 = (try? Date(text, strategy: .iso8601)) ?? .distantPast } }
    func advance(_ seconds: Double) { date.withLock { $0 = $0.addingTimeInterval(seconds) } }
}
