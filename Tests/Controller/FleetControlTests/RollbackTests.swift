import ControllerAPI
import NestingModel
import Testing

@testable import FleetControl

@Suite("A remediation that goes wrong")
struct RollbackTests {
    @Test("says so when going back fails too, with what the agent advises, and starts again what ran")
    func cannotGoBack() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set {
            $0.exposureWorks = false
            $0.finishFailure = "the old definition was refused\u{1B}[31m"
        }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            let item = try #require(try await controller.remediated().items.first)
            #expect(item.outcome == .failed)
            #expect(item.sentence == "the old definition was refused [31m")
            #expect(item.remedy == "look there")
            #expect(fleet.now.log.suffix(2) == ["rollback guest.set", "commit guests.drain"])
            #expect(fleet.now.innerRuns)
        }
    }

    @Test(
        "a drain that is refused ends it before the guest is touched, and what was drained before runs again",
        arguments: [("rack7/build-l1/inner", []), ("rack7/build-l1", ["drain", "commit guests.drain"])])
    func drainRefused(host: String, log: [String]) async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set {
            $0.deepRuns = true
            $0.undrainable = [host]
        }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            let item = try #require(try await controller.remediated().items.first)
            #expect(item.drains.count == 2)
            #expect(item.outcome == .failed)
            #expect(item.sentence == "'\(host)' could not be drained: a guest is paused")
            #expect(fleet.now.log == log)
            #expect(fleet.now.innerRuns && fleet.now.deepRuns == true && !fleet.now.l1Exposed)
        }
    }

    @Test("drains the deepest first, and starts all of them again")
    func depth() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set { $0.deepRuns = true }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            let done = try await controller.remediated()
            #expect(done.state == .succeeded, "\(done.items)")
            #expect(done.plan.items[0].drains.map(\.host.level) == [2, 1])
            #expect(fleet.now.innerRuns && fleet.now.deepRuns == true)
        }
    }

    @Test("stops at its first failure: the next guest is left as it is, and says why")
    func skipsTheRest() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        fleet.set { ($0.exposureWorks, $0.hasSpare) = (false, true) }
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack7/*"])])
        try await bench.run { (controller: FleetController) async throws in
            let done = try await controller.remediated()
            #expect(done.items.map(\.path.name) == ["build-l1", "spare"])
            #expect(done.items.map(\.outcome) == [.rolledBack, .skipped])
            #expect(done.sentence == "0 of 2 corrected")
            #expect(!fleet.now.spareExposed)
        }
    }

    @Test("goes on where connections were lost in mid-correction, and nothing is done twice")
    func lostConnections() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set { $0.lostAnswers = 2 }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.now.log == ["drain", "set", "commit guest.set", "commit guests.drain"])
            #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("no order is sent that can't be recorded, and what was drained runs again", arguments: [0, 1])
    func unrecorded(orders: Int) async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(over: MortalStore(bench.store, orders: orders))
        let done = try await controller.remediated()
        #expect(done.items.first?.outcome == .refused)
        #expect(done.items.first?.sentence.contains("the disk is full") == true)
        #expect(fleet.now.log == (orders == 0 ? [] : ["drain", "commit guests.drain"]))
        #expect(fleet.now.innerRuns && !fleet.now.l1Exposed)
        await controller.stop()
        await bench.end()
    }

    @Test("of a plan with nothing in it does not begin, and says why")
    func nothingToDo() async throws {
        let fleet = ScriptedFleet(l1Exposed: true, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            #expect(try await controller.plan(Selection()).plan.items.isEmpty)
            let empty = await #expect(throws: APIError.self) { try await controller.remediated() }
            #expect(empty?.code == "plan-empty")
            #expect(empty?.sentence == "there is nothing to correct")
            fleet.set { ($0.l1Exposed, $0.l1Sees, $0.l1State) = (false, .none, .paused) }
            let blocked = await #expect(throws: APIError.self) { try await controller.remediated() }
            #expect(blocked?.sentence == "nothing in the plan can be corrected")
            #expect(try await controller.remediations().isEmpty)
        }
    }
}
