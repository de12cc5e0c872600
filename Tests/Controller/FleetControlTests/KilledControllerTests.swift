import FleetStore
import NestingModel
import Testing

@testable import FleetControl

@Suite("A controller that is killed")
struct KilledControllerTests {
    enum Work: CaseIterable {
        case exposes, hides, goesBack

        var exposure: Bool { self != .hides }

        func fleet() -> ScriptedFleet {
            let fleet = ScriptedFleet(l1Exposed: !exposure, innerRuns: true)
            if self == .goesBack { fleet.set { $0.exposureWorks = false } }
            return fleet
        }
    }

    /// More writes than one remediation makes: the last ones die after its end, or not at all.
    static let writes = 48

    @Test(
        "at any of its writes is followed by one that ends the work, and nothing is done twice",
        arguments: Work.allCases,
        1...writes)
    func killed(_ work: Work, atWrite count: Int) async throws {
        let fleet = work.fleet()
        let bench = try await Bench(fleet, policies: [policy(exposure: work.exposure)])
        let mortal = MortalStore(bench.store, writes: count)
        if let first = try? await bench.controller(over: mortal) {
            _ = try? await first.remediated()
            await first.untilIdle()
        }
        // Its settings were changed meanwhile: what is sent again must be the same order all the same.
        let second = try await bench.controller(startDeadline: .seconds(3))
        await second.resumeUnfinished()
        await second.untilIdle()
        let begun = try await second.remediations()
        #expect(begun.count <= 1)
        for remediation in begun {
            #expect(remediation.state == (work == .goesBack ? .failed : .succeeded), "\(remediation)")
            #expect(remediation.items.map(\.outcome) == [work == .goesBack ? .rolledBack : .corrected])
            #expect(fleet.now.l1Exposed == (work == .exposes))
        }
        #expect(fleet.now.innerRuns, "what ran before runs afterwards")
        #expect(fleet.now.runs.values.allSatisfy { $0 == 1 }, "\(fleet.now.runs)")
        #expect(fleet.now.changedOrders == [])
        await second.stop()
        await bench.end()
    }

    @Test("leaves enough writes behind for the table above to reach its end", arguments: Work.allCases)
    func tableIsLongEnough(_ work: Work) async throws {
        let bench = try await Bench(work.fleet(), policies: [policy(exposure: work.exposure)])
        let mortal = MortalStore(bench.store, writes: Self.writes)
        let controller = try await bench.controller(over: mortal)
        _ = try await controller.remediated()
        #expect(!mortal.isDead)
        await controller.stop()
        await bench.end()
    }
}
