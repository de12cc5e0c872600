import ControllerAPI
import FleetStore
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A controller that was restored from a backup")
struct RestoredBackupTests {
    /// A fleet whose agents took orders from a later run of the bench's controller.
    private func bench() async throws -> (Bench, FleetController) {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce)])
        let controller = try await bench.controller()
        let id = await controller.controllerID
        fleet.set { ($0.controller, $0.highestEpoch) = (id, 9) }
        return (bench, controller)
    }

    @Test("freezes at the first sweep, before it corrects anything, and stays so however often it starts")
    func freezes() async throws {
        let (bench, first) = try await bench()
        _ = try await first.sweep(SweepRequest())
        await first.enforce()
        #expect(try await first.freezes().first?.reason.contains("epoch 9, this is 1") == true)
        #expect(bench.fleet.now.runs.isEmpty)
        await first.stop()
        for _ in 0..<9 {
            let next = try await bench.controller()
            _ = try await next.sweep(SweepRequest())
            await next.enforce()
            #expect(try await next.freezes().count == 1)
            await next.stop()
        }
        #expect(bench.fleet.now.runs.isEmpty)
        await bench.end()
    }

    @Test("goes on where a person unfreezes it, and the agents no longer listen to the other run")
    func overtakes() async throws {
        let (bench, controller) = try await bench()
        _ = try await controller.sweep(SweepRequest())
        try await controller.unfreeze(by: Requester(name: "alice"))
        _ = try await controller.sweep(SweepRequest())
        #expect(try await controller.freezes().isEmpty)
        #expect(try await controller.remediated().state == .succeeded)
        #expect(await controller.epoch > 9)
        #expect(await controller.epoch == bench.fleet.now.highestEpoch)
        await controller.stop()
        let next = try await bench.controller()
        #expect(await next.epoch > bench.fleet.now.highestEpoch)
        await next.stop()
        await bench.end()
    }

    @Test("freezes also where the backup is of the latest run, which corrected something after it")
    func sameRun() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let backup = await controller.epoch
        #expect(try await controller.remediated().state == .succeeded)
        await controller.stop()
        try await bench.store.record { (work) throws(StoreFailure) in try work.put(backup, as: .epoch) }
        // It may start more than once before it reads a host.
        for _ in 0..<5 { try await bench.controller().stop() }
        let restored = try await bench.controller()
        _ = try await restored.sweep(SweepRequest())
        #expect(try await restored.freezes().isEmpty == false)
        await restored.stop()
        await bench.end()
    }

    @Test("goes on only where a person ends its own freeze, and not another one that stood before")
    func otherFreeze() async throws {
        let (bench, controller) = try await bench()
        let alice = Requester(name: "alice")
        let mine = try await controller.freeze(FreezeRequest(reason: "audit"), by: alice)
        _ = try await controller.sweep(SweepRequest())
        #expect(try await controller.freezes().count == 2)
        try await controller.unfreeze(mine.id, by: alice)
        #expect(await controller.epoch == 1 && bench.fleet.now.runs.isEmpty)
        try await controller.unfreeze(by: alice)
        #expect(await controller.epoch > 9)
        await controller.stop()
        await bench.end()
    }

    @Test("takes no host's word for an epoch that no controller reaches, nor for another controller's")
    func incredible() async throws {
        let (bench, controller) = try await bench()
        bench.fleet.set { $0.highestEpoch = .max }
        let rows = try await controller.sweep(SweepRequest())
        #expect(rows.map(\.health.state) == [.agentGarbage, .agentGarbage])
        bench.fleet.set { $0.controller = "somebody else" }
        _ = try await controller.sweep(SweepRequest())
        #expect(try await controller.freezes().isEmpty)
        await controller.stop()
        await bench.end()
    }
}
