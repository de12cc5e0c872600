/// One seed, tried: what broke, and the shortest script that was found to break the same.
struct SimulationTrial: Sendable {
    var seed: UInt64
    var events: [Event]
    var fault: SimulationFault
    var trace: [String]

    /// - Returns: nil where everything held.
    static func run(_ world: World) async -> SimulationTrial? {
        let simulation = Simulation(world)
        guard let fault = await simulation.queue.adopt({ simulation.run() }) else { return nil }
        return SimulationTrial(seed: world.seed, events: world.events, fault: fault, trace: simulation.trace)
    }

    /// Leaves events out, as many at once as may be, while the same rule is still broken.
    func shrunk() async -> SimulationTrial {
        var best = self
        var size = max(events.count / 2, 1)
        while true {
            var start = 0
            while start < best.events.count {
                var world = World(seed: seed)
                world.events = best.events
                world.events.removeSubrange(start..<min(start + size, best.events.count))
                if let shorter = await Self.run(world), shorter.fault.rule == fault.rule {
                    best = shorter
                } else {
                    start += size
                }
            }
            if size == 1 { return best }
            size /= 2
        }
    }

    var description: String {
        """
        seed \(seed): \(fault)
        again: NESTOR_SIMULATION_SEED=\(seed) swift test --no-parallel --filter SimulationTests
        script:
          \(events.map(\.description).joined(separator: "\n  "))
        trace:
          \(trace.joined(separator: "\n  "))
        """
    }
}
