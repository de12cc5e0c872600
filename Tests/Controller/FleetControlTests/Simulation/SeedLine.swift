import FoundationEssentials
import Synchronization

/// Seeds that wait to be tried, on as many threads at once as there are cores: simulations share nothing.
final class SeedLine: Sendable {
    private struct State {
        var next = 0
        var found: SimulationTrial?
    }

    private let seeds: [UInt64]
    private let state = Mutex(State())

    init(_ seeds: [UInt64]) { self.seeds = seeds }

    /// - Returns: the first seed that broke something; nil where everything held.
    func run() async -> SimulationTrial? {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask {
                    while let seed = self.take() {
                        if let trial = await SimulationTrial.run(World(seed: seed)) { self.note(trial) }
                    }
                }
            }
        }
        return await state.withLock(\.found)?.shrunk()
    }

    /// In their order, so that those below a seed that broke something are all tried.
    private func take() -> UInt64? {
        state.withLock { state in
            guard state.found == nil, state.next < seeds.count else { return nil }
            state.next += 1
            return seeds[state.next - 1]
        }
    }

    private func note(_ trial: SimulationTrial) {
        state.withLock { state in
            if state.found.map({ trial.seed < $0.seed }) ?? true { state.found = trial }
        }
    }
}
