import AgentWire
import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("What people say to a remediation")
struct ControlTests {
    private let alice = Requester(name: "alice (uid 1000)")

    /// Says something once, when the first order is on its way to rack8.
    private func whenBegun(_ fleet: ScriptedFleet, _ body: @escaping @Sendable () async -> Void) {
        let once = Once()
        fleet.beforeAnswers { method, path in
            if method == .correct, path == "rack8", await once.isFirst() { await body() }
        }
    }

    private func bench(_ fleet: ScriptedFleet) async throws -> Bench {
        try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*"])])
    }

    @Test("pause lets what is in motion end, starts nothing new, and resume goes on")
    func pause() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        whenBegun(fleet) {
            guard let id = try? await controller.remediations().first?.id else { return }
            _ = try? await controller.pause(id, by: alice)
        }
        let paused = try await controller.remediated()
        #expect(paused.state == .interrupted)
        #expect(paused.sentence == "paused by alice (uid 1000)")
        #expect(paused.items.map(\.outcome) == [.corrected, nil])
        #expect(fleet.exposed == ["rack8/g0"])
        _ = try await controller.resume(paused.id, by: alice)
        await controller.untilIdle()
        #expect(try await controller.remediation(paused.id).state == .succeeded)
        let actions = try await controller.audit(limit: 100).filter { $0.actor == alice.name }.map(\.action)
        #expect(actions == ["remediation.resume", "remediation.pause"])
        await controller.stop()
        await bench.end()
    }

    @Test("a pause that is taken back before it was heard stops nothing")
    func pausedAndResumed() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        whenBegun(fleet) {
            guard let id = try? await controller.remediations().first?.id else { return }
            _ = try? await controller.pause(id, by: alice)
            _ = try? await controller.resume(id, by: alice)
        }
        #expect(try await controller.remediated().state == .succeeded)
        await controller.stop()
        await bench.end()
    }

    @Test("abort ends what is in motion, skips the rest, and lets another one run")
    func abort() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        whenBegun(fleet) {
            guard let id = try? await controller.remediations().first?.id else { return }
            _ = try? await controller.abort(id, by: alice)
        }
        let aborted = try await controller.remediated()
        #expect(aborted.state == .aborted)
        #expect(aborted.sentence == "1 of 2 corrected, aborted by alice (uid 1000)")
        #expect(aborted.items.map(\.outcome) == [.corrected, .skipped])
        #expect(try await controller.status(version: "", stateDirectory: "").enforcementStopped == nil)
        let refused = await #expect(throws: APIError.self) { try await controller.resume(aborted.id, by: alice) }
        #expect(refused?.code == "remediation-ended")
        #expect(try await controller.remediated().state == .succeeded)
        await controller.stop()
        await bench.end()
    }

    @Test("abort between the drain and the change changes nothing, and what was stopped runs again")
    func abortWhileDraining() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(isTimed: true)
        fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7/build-l1" else { return }
            guard let id = try? await controller.remediations().first?.id else { return }
            _ = try? await controller.abort(id, by: alice)
        }
        let aborted = try await controller.remediated()
        #expect(aborted.state == .aborted && aborted.items[0].outcome == .skipped, "\(aborted)")
        #expect(fleet.now.log == ["drain", "commit guests.drain"])
        #expect(fleet.now.innerRuns && !fleet.now.l1Exposed)
        await controller.stop()
        await bench.end()
    }

    @Test("abort ends an interrupted one whose host can't be reached, and says what its agent settles alone")
    func abortUnreachable() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(isTimed: true)
        fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7" else { return }
            try? await bench.store.record { (work) throws(StoreFailure) in try work.remove(host: rack7) }
            fleet.set { $0.faults["rack7"] = .ends(1) }
        }
        let stuck = try await controller.remediated()
        #expect(stuck.state == .interrupted)
        fleet.beforeAnswers { _, _ in }
        try await bench.enrol()
        let busy = await #expect(throws: APIError.self) { try await controller.remediated() }
        #expect(busy?.code == "store-conflict" || busy?.code == "plan-empty")
        _ = try await controller.abort(stuck.id, by: alice)
        await controller.untilIdle()
        let ended = try await controller.remediation(stuck.id)
        #expect(ended.state == .aborted && ended.endedAt != nil)
        #expect(ended.items[0].outcome == .failed)
        #expect(ended.items[0].sentence.contains("given up by abort"))
        #expect(ended.items[0].sentence.contains("its agent settles it alone"))
        fleet.set { $0.faults = [:] }
        #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
        await controller.stop()
        await bench.end()
    }

    @Test("abort is known after a restart", arguments: [true, false])
    func abortedThenKilled(wasInterrupted: Bool) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        let planner = try await bench.controller(isTimed: true)
        let plan = try await planner.plan(Selection()).plan
        await planner.stop()
        var left = Remediation(id: "r", plan: plan, requester: alice, at: Date(), settings: FleetSettings())
        if !wasInterrupted { left.asked = RemediationAsk(word: .abort, by: "bob", at: Date()) }
        left.state = wasInterrupted ? .interrupted : .running
        let stored = left
        try await bench.store.record { (work) throws(StoreFailure) in try work.put(remediation: stored) }
        let controller = try await bench.controller(isTimed: true)
        await controller.resumeUnfinished()
        if wasInterrupted { _ = try await controller.abort("r", by: Requester(name: "bob")) }
        await controller.untilIdle()
        let ended = try await controller.remediation("r")
        #expect(ended.state == .aborted && ended.items.allSatisfy { $0.outcome == .skipped })
        #expect(ended.items[0].sentence == "aborted by bob before it began")
        #expect(fleet.now.begun.isEmpty)
        await controller.stop()
        await bench.end()
    }

    @Test("a freeze of one place holds back what lies there, and the rest of the fleet goes on")
    func frozenPlace() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        let rack9 = try #require(NodePath("rack9"))
        _ = try await controller.freeze(FreezeRequest(reason: "audit", paths: [rack9]), by: alice)
        let shown = try await controller.plan(Selection())
        #expect(shown.plan.items.map(\.path.description) == ["rack8/g0"])
        #expect(shown.plan.blocked.map(\.code) == ["frozen"])
        #expect(try await controller.remediated().state == .succeeded)
        #expect(fleet.exposed == ["rack8/g0"])
        await controller.stop()
        await bench.end()
    }

    @Test("a freeze of what would go down with a guest holds that guest back, too")
    func frozenInside() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(isTimed: true)
        _ = try await controller.sweep(SweepRequest())
        let inner = try #require(NodePath("rack7/build-l1/inner"))
        _ = try await controller.freeze(FreezeRequest(reason: "audit", paths: [inner]), by: alice)
        let error = await #expect(throws: APIError.self) { try await controller.remediated() }
        #expect(error?.code == "plan-empty")
        #expect(fleet.now.log == [])
        await controller.stop()
        await bench.end()
    }

    @Test("a freeze with an end is over then, and is told with it until then")
    func frozenFor() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        let freeze = try await controller.freeze(FreezeRequest(reason: "audit", seconds: 3_600), by: alice)
        #expect(freeze.until == fleet.time.date.addingTimeInterval(3_600))
        #expect(freeze.sentence.contains(" until "))
        #expect(try await controller.driftReport().freeze == freeze)
        let error = await #expect(throws: APIError.self) { try await controller.remediated() }
        #expect(error?.sentence.contains("audit") == true)
        fleet.time.set(fleet.time.date.addingTimeInterval(3_600))
        #expect(try await controller.status(version: "", stateDirectory: "").freeze == nil)
        #expect(try await controller.remediated().state == .succeeded)
        let past = await #expect(throws: APIError.self) {
            try await controller.freeze(
                FreezeRequest(reason: "x", until: fleet.time.date.addingTimeInterval(-1)), by: alice)
        }
        #expect(past?.code == "freeze-end")
        await controller.stop()
        await bench.end()
    }
}

private actor Once {
    private var done = false

    func isFirst() -> Bool {
        defer { done = true }
        return !done
    }
}
