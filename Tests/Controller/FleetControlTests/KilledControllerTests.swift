import FleetStore
import NestingModel
import Testing

@testable import FleetControl

@Suite("A controller that is killed")
struct KilledControllerTests {
    /// More writes than one remediation makes: the last ones die after its end, or not at all.
    @Test("at any of its writes is followed by one that ends the work, and nothing is done twice", arguments: 1...48)
    func killed(atWrite count: Int) async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let mortal = MortalStore(bench.store, writes: count)
        if let first = try? await bench.controller(over: mortal) {
            _ = try? await first.remediated()
            await first.untilIdle()
        }
        let second = try await bench.controller()
        await second.resumeUnfinished()
        await second.untilIdle()
        let begun = try await second.remediations()
        #expect(begun.count <= 1)
        for remediation in begun {
            #expect(remediation.state == .succeeded, "\(remediation)")
            #expect(fleet.now.l1Exposed)
        }
        #expect(fleet.now.innerRuns, "what ran before runs afterwards")
        #expect(fleet.now.runs.values.allSatisfy { $0 == 1 }, "\(fleet.now.runs)")
        await second.stop()
        await bench.end()
    }

    @Test("leaves enough writes behind for the table above to reach its end")
    func tableIsLongEnough() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let mortal = MortalStore(bench.store, writes: 48)
        let controller = try await bench.controller(over: mortal)
        let done = try await controller.remediated()
        #expect(done.state == .succeeded)
        #expect(!mortal.isDead)
        await controller.stop()
        await bench.end()
    }
}
