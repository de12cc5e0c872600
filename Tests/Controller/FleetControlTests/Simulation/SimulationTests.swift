import FoundationEssentials
import Testing

/// How to run more seeds, or one again, is told in NestingModel.docc/Decisions/Simulation.md.
@Suite("The whole controller, simulated")
struct SimulationTests {
    private static let variables = ProcessInfo.processInfo.environment

    private static var seeds: [UInt64] {
        if let one = variables["NESTOR_SIMULATION_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let first = variables["NESTOR_SIMULATION_FIRST"].flatMap { UInt64($0) } ?? 1
        let count = variables["NESTOR_SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? 2_500
        return Array(first..<first + count)
    }

    @Test("keeps every promise, whatever happens to it")
    func holds() async {
        if let trial = await SeedLine(Self.seeds).run() { Issue.record("\(trial.description)") }
    }

    @Test("has a store in memory that answers as SQLite does")
    func stores() async throws {
        for seed: UInt64 in 1...6 {
            var world = World(seed: seed)
            // The mirror has no backup.
            world.events.removeAll { if case .restore = $0.what { true } else { false } }
            let simulation = Simulation(world)
            let time = simulation.time
            let mirror = try StoreMirror(now: { time.date })
            simulation.store.mirror = mirror
            _ = await simulation.queue.adopt { simulation.run() }
            #expect(simulation.store.disagreements == 0, "seed \(seed)")
            #expect(try mirror.differences(from: simulation.store.state) == [], "seed \(seed)")
            mirror.close()
        }
    }

    @Test("runs the same way twice")
    func repeats() async {
        for seed: UInt64 in 1...10 {
            let runs = [Simulation(World(seed: seed)), Simulation(World(seed: seed))]
            for run in runs { _ = await run.queue.adopt { run.run() } }
            #expect(runs[0].trace == runs[1].trace, "seed \(seed)")
        }
    }
}
