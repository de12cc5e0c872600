import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("Setting a whole remediation back")
struct RemediationRollbackTests {
    private func run(
        _ fleet: ScriptedFleet, mode: PolicyMode = .enforce, modes: [ModeRule] = [],
        _ body: (FleetController, Remediation) async throws -> Void
    ) async throws {
        var policy = policy(exposure: true, mode: mode, paths: ["rack8/*", "rack9/*"])
        policy.modes = modes
        let bench = try await Bench(fleet, policies: [policy])
        let controller = try await bench.controller(isTimed: true)
        let done = try await controller.remediated()
        try await body(controller, done)
        await controller.stop()
        await bench.end()
    }

    private func rolledBack(_ controller: FleetController, _ id: String) async throws -> Remediation {
        let plan = try await controller.rollbackPlan(id)
        let started = try await controller.rollBack(
            RollbackRequest(id: id, digest: plan.digest), by: Requester(name: "alice"))
        await controller.untilIdle()
        return try await controller.remediation(started.id)
    }

    @Test(
        "gives each guest back what it had, and enforcement does not take it away again",
        arguments: [
            (PolicyMode.enforce, []),
            (.propose, [ModeRule(PolicySelector(paths: ["rack8/*"]), mode: .enforce, reason: "test")]),
        ])
    func setsBack(_ mode: PolicyMode, _ modes: [ModeRule]) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        try await run(fleet, mode: mode, modes: modes) {
            (controller: FleetController, done: Remediation) async throws in
            #expect(done.items.map(\.before) == [GuestChange(exposure: false), GuestChange(exposure: false)])
            #expect(fleet.exposed.count == 2)
            let back = try await rolledBack(controller, done.id)
            #expect(back.state == .succeeded, "\(back)")
            #expect(back.rollsBack == done.id)
            #expect(fleet.exposed == [])
            _ = try await controller.sweep(SweepRequest())
            await controller.enforce()
            await controller.untilIdle()
            #expect(fleet.exposed == [])
            #expect(try await controller.audit(limit: 50).contains { $0.action == "remediation.rollback" })
        }
    }

    @Test("leaves alone what somebody changed meanwhile, and says so")
    func othersEdits() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        try await run(fleet) { (controller: FleetController, done: Remediation) async throws in
            fleet.set { $0.plain["rack9"]?[0].exposed = false }
            let plan = try await controller.rollbackPlan(done.id)
            #expect(plan.plan.items.map(\.path.description) == ["rack8/g0"])
            #expect(plan.plan.blocked.map(\.code) == ["not-set-back"])
            #expect(try await rolledBack(controller, done.id).state == .succeeded)
            let again = await #expect(throws: APIError.self) {
                let plan = try await controller.rollbackPlan(done.id)
                return try await controller.rollBack(
                    RollbackRequest(id: done.id, digest: plan.digest), by: Requester(name: "t"))
            }
            #expect(again?.code == "plan-empty")
        }
    }

    @Test("leaves alone what was given up before its agent heard of it, though somebody else has set the same")
    func neverHeard() async throws {
        let bench = try await Bench(
            ScriptedFleet.plain(["rack8": 2]), policies: [policy(exposure: true, paths: ["rack8/*"])])
        let controller = try await bench.controller(isTimed: true)
        var done = try await controller.remediated()
        for index in done.items.indices { done.items[index].outcome = .failed }
        done.items[0].correction = "never-sent"
        let stored = done
        try await bench.store.record { (work) throws(StoreFailure) in try work.put(remediation: stored) }
        let plan = try await controller.rollbackPlan(done.id).plan
        #expect(plan.items.map(\.path) == [done.items[1].path])
        #expect(plan.blocked.map(\.path) == [done.items[0].path])
        #expect(plan.blocked.first?.sentence.contains("no record of having changed it") == true)
        await controller.stop()
        await bench.end()
    }

    @Test("runs only the plan that was shown, and not before the other one has ended")
    func refused() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet) { (controller: FleetController, done: Remediation) async throws in
            let error = await #expect(throws: APIError.self) {
                try await controller.rollBack(
                    RollbackRequest(id: done.id, digest: "sha256:other"), by: Requester(name: "t"))
            }
            #expect(error?.code == "plan-changed")
            #expect(fleet.exposed == ["rack8/g0"])
        }
    }
}
