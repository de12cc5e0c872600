import AgentWire
import ControllerAPI
import NestingModel
import Testing

@testable import FleetControl

@Suite("Enforcement")
struct EnforcementTests {
    /// build-l1 and a spare guest, both of which are to be exposed.
    private func bench(_ change: @Sendable (inout ScriptedFleet.State) -> Void = { _ in }) async throws -> Bench {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        fleet.set {
            $0.hasSpare = true
            change(&$0)
        }
        return try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce, paths: ["rack7/*"])])
    }

    @Test("corrects one guest at a time, each in a run of its own")
    func oneByOne() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            bench.fleet.beforeAnswers { method, _ in
                guard method == .correct else { return }
                // The next sweep may come while a correction runs.
                await controller.enforce()
                let running = try? await controller.remediations().filter { $0.state == .running }
                #expect(running?.count == 1)
            }
            await controller.enforce()
            await controller.untilIdle()
            let runs = try await controller.remediations()
            #expect(runs.map(\.state) == [.succeeded, .succeeded])
            #expect(runs.allSatisfy { $0.items.count == 1 })
            #expect(bench.fleet.now.l1Exposed && bench.fleet.now.spareExposed)
        }
    }

    @Test("is held up by no guest that can't be corrected")
    func blocked() async throws {
        let bench = try await bench { $0.l1State = .paused }
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            await controller.enforce()
            await controller.untilIdle()
            #expect(bench.fleet.now.spareExposed)
            #expect(!bench.fleet.now.l1Exposed)
        }
    }

    @Test("tries again under new policies")
    func newPolicies() async throws {
        let bench = try await bench { $0.exposureWorks = false }
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            await controller.enforce()
            await controller.untilIdle()
            #expect(!bench.fleet.now.spareExposed)
            let text = """
                policies:
                  - name: p
                    select: {paths: [rack7/spare]}
                    desire: {exposure: exposed}
                    mode: enforce
                """
            _ = try await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)]), by: Requester(name: "t"))
            await controller.enforce()
            await controller.untilIdle()
            #expect(bench.fleet.now.spareExposed)
        }
    }

    @Test("leaves alone what a policy only proposes")
    func proposals() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            await controller.enforce()
            #expect(try await controller.remediations().isEmpty)
        }
    }

    @Test("has stopped wherever its failure is stored, however the controller was killed", arguments: 1...30)
    func killed(atWrite count: Int) async throws {
        let bench = try await bench { $0.exposureWorks = false }
        if let first = try? await bench.controller(over: MortalStore(bench.store, writes: count)) {
            _ = try? await first.sweep(SweepRequest())
            await first.enforce()
            await first.untilIdle()
        }
        try await bench.run { (controller: FleetController) async throws in
            await controller.resumeUnfinished()
            await controller.untilIdle()
            _ = try await controller.sweep(SweepRequest())
            await controller.enforce()
            await controller.untilIdle()
            #expect(try await controller.remediations().map(\.state) == [.failed])
            #expect(!bench.fleet.now.spareExposed)
        }
    }
}
