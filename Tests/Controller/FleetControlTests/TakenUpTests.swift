import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

/// A controller that finds in its journal what an earlier one had begun, a while ago.
@Suite("A remediation that is taken up")
struct TakenUpTests {
    /// A bench whose journal says that a remediation of build-l1 stands at a step, with what its drain has become.
    private func bench(
        at step: RemediationStep, drain: CorrectionPhase?, innerRuns: Bool, frozen: Bool = false
    ) async throws -> Bench {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let planner = try await bench.controller()
        let plan = try await planner.plan(Selection()).plan
        await planner.stop()
        var remediation = Remediation(
            id: "r", plan: plan, requester: Requester(name: "test"), at: Date(),
            settings: FleetSettings())
        remediation.items[0].step = step
        remediation.items[0].bootIDBefore = "boot-1"
        let (journalled, id) = (remediation, remediation.items[0].drains[0])
        try await bench.store.record { (work) throws(StoreFailure) in
            try work.put(remediation: journalled)
            if frozen { try work.put([Freeze(reason: "storm", by: "x", since: Date())], as: .freezes) }
        }
        fleet.set { state in
            state.innerRuns = innerRuns
            guard let drain else { return }
            var record = CorrectionRecord(id: id, verb: .drainGuests, guests: [], phase: drain)
            if drain == .ended { record.outcome = .committed }
            state.records[id] = record
        }
        return bench
    }

    private func run(_ bench: Bench, _ body: (FleetController) async throws -> Void) async throws {
        let controller = try await bench.controller()
        try await body(controller)
        await controller.stop()
        await bench.end()
    }

    private func takenUp(_ controller: FleetController) async throws -> Remediation {
        await controller.resumeUnfinished()
        await controller.untilIdle()
        return try await controller.remediation("r")
    }

    @Test("does not shut a guest down whose inner guests were started again meanwhile")
    func holdRanOut() async throws {
        let bench = try await bench(at: .correcting, drain: .ended, innerRuns: true)
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.state == .failed)
            #expect(!bench.fleet.now.log.contains("set"))
            #expect(bench.fleet.now.innerRuns)
        }
    }

    @Test("prolongs the holds that still hold before it goes on", arguments: [RemediationStep.draining, .correcting])
    func holds(step: RemediationStep) async throws {
        let bench = try await bench(at: step, drain: .holding, innerRuns: false)
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.state == .succeeded, "\(ended.items)")
            #expect(bench.fleet.now.log.prefix(2) == ["renew", "set"])
            #expect(bench.fleet.now.innerRuns)
        }
    }

    @Test("starts what it stopped, and corrects nothing, where the fleet was frozen meanwhile")
    func frozen() async throws {
        let bench = try await bench(at: .correcting, drain: .holding, innerRuns: false, frozen: true)
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.items[0].outcome == .refused && ended.items[0].sentence.contains("storm"))
            #expect(!bench.fleet.now.log.contains("set"))
            #expect(bench.fleet.now.innerRuns)
        }
    }

    @Test("sends no drain any more where the fleet was frozen before the first one was sent, and waits")
    func frozenBeforeDrain() async throws {
        let bench = try await bench(at: .draining, drain: nil, innerRuns: true, frozen: true)
        try await run(bench) { controller in
            let stands = try await takenUp(controller)
            #expect(stands.items[0].outcome == nil && stands.items[0].step == .waiting)
            #expect(stands.state == .interrupted && stands.sentence.contains("storm"), "\(stands)")
            #expect(bench.fleet.now.log == [])
            #expect(bench.fleet.now.innerRuns)
        }
    }

    @Test("starts what it stopped, and corrects nothing, where its window closed meanwhile")
    func windowClosed() async throws {
        let bench = try await bench(at: .correcting, drain: .holding, innerRuns: false)
        let closed = MaintenanceWindow(
            name: "never", selector: PolicySelector(all: true), blackout: true, zone: "UTC",
            recurrence: .weekly(Weekday.allCases), startMinute: 0, durationSeconds: 86_400)
        try await bench.store.record { (work) throws(StoreFailure) in
            try work.put(WindowSet(revision: 1, windows: [closed]), as: .windows)
        }
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.items[0].outcome == .refused)
            #expect(ended.items[0].sentence.contains("its maintenance window closed"))
            #expect(!bench.fleet.now.log.contains("set"))
            #expect(bench.fleet.now.innerRuns)
        }
    }

    @Test("stops nothing where the world is not as its plan was made from")
    func changed() async throws {
        let bench = try await bench(at: .waiting, drain: nil, innerRuns: true)
        bench.fleet.set { $0.l1Exposed = true }
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.items[0].outcome == .refused)
            #expect(bench.fleet.now.log == [])
        }
    }

    @Test("goes on where fewer guests run inside than its plan knew")
    func fewer() async throws {
        let bench = try await bench(at: .waiting, drain: nil, innerRuns: false)
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.state == .succeeded, "\(ended.items)")
        }
    }

    @Test("ends where its host was removed, so that others may run")
    func removed() async throws {
        let bench = try await bench(at: .correcting, drain: .holding, innerRuns: false)
        try await bench.store.record { (work) throws(StoreFailure) in
            try work.remove(host: buildL1)
            try work.remove(host: rack7)
        }
        try await run(bench) { controller in
            let ended = try await takenUp(controller)
            #expect(ended.state == .failed)
            #expect(ended.items[0].sentence.contains("removed"))
        }
    }

    @Test("keeps its hosts from being removed while it runs")
    func holdsHosts() async throws {
        let bench = try await bench(at: .correcting, drain: .holding, innerRuns: false)
        try await run(bench) { controller in
            let error = await #expect(throws: APIError.self) {
                try await controller.remove(
                    buildL1, RemoveRequest(uninstall: false, operatorKey: nil), by: Requester(name: "test"))
            }
            #expect(error?.code == "store-conflict")
            let pruned = await #expect(throws: APIError.self) {
                try await controller.apply(
                    fleet: ApplyRequest(files: [DocumentFile(name: "f", text: "hosts: []\n")], prune: true),
                    by: Requester(name: "test"))
            }
            #expect(pruned?.code == "store-conflict")
        }
    }
}
