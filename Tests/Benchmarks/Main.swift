import Foundation

/// Measures, prints one table, and judges nothing: numbers of one machine at one time are for people.
@main
struct Main {
    static func main() async throws {
        var table = Measurements()
        EngineBenchmark.run(&table)
        guard let agent = ProcessInfo.processInfo.environment["NESTOR_AGENT"] else {
            table.print()
            print("\nNESTOR_AGENT names no agent: its own figures are left out")
            return
        }
        try AgentBenchmark(agent: agent).run(&table)
        try await SweepBenchmark(agent: agent).run(&table)
        table.print()
    }
}
