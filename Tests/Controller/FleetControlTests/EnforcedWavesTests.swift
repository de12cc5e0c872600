import AgentWire
import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("Enforcement in waves")
struct EnforcedWavesTests {
    private func run(
        _ fleet: ScriptedFleet, enforced: Int = 10, _ rollout: Rollout, windows: String? = nil,
        _ body: (FleetController) async throws -> Void
    ) async throws {
        fleet.time.set(try Date("2027-03-01T21:30:00Z", strategy: .iso8601))
        let bench = try await Bench(
            fleet, policies: [policy(exposure: true, mode: .enforce, paths: ["rack8/*", "rack9/*", "rack10/*"])])
        var environment = try await bench.controller(isTimed: true).environment
        environment.settings.rollout = rollout
        environment.settings.enforcedGuests = enforced
        let controller = try await FleetController(environment)
        if let windows {
            _ = try await controller.apply(
                windows: ApplyRequest(files: [DocumentFile(name: "w.yaml", text: windows)]), by: Requester(name: "t"))
        }
        try await controller.sweepAndEnforce()
        try await body(controller)
        await controller.stop()
        await bench.end()
    }

    @Test("takes so many guests at once as the settings say, canary first, and goes on with the others")
    func inWaves() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 2, "rack10": 1])
        let rollout = Rollout(canary: 1, wave: .count(2), maxFailures: .count(1), parallel: 2)
        try await run(fleet, enforced: 3, rollout) { (controller: FleetController) async throws in
            let runs = try await controller.remediations()
            #expect(runs.map(\.items.count) == [1, 3], "the newest first")
            #expect(runs.allSatisfy { $0.state == .succeeded && $0.rollout == rollout })
            #expect(fleet.exposed.count == 4)
            #expect(fleet.now.mostAtOnce <= 2 && fleet.now.crowded == [], "whether two meet is a matter of luck")
        }
    }

    @Test("touches no further guest once its policy only proposes it")
    func proposedMeanwhile() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2])
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce, paths: ["rack8/*"])])
        var environment = try await bench.controller(isTimed: true).environment
        environment.settings.enforcedGuests = 2
        let controller = try await FleetController(environment)
        let text = """
            policies:
              - {name: p, select: {paths: ["rack8/*"]}, desire: {exposure: exposed}, mode: propose}
            """
        fleet.beforeAnswers { method, _ in
            guard method == .correct, fleet.now.begun.isEmpty else { return }
            _ = try? await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)]), by: Requester(name: "t"))
        }
        try await controller.sweepAndEnforce()
        let run = try #require(try await controller.remediations().first)
        #expect(run.items.map(\.outcome) == [.corrected, .refused])
        #expect(run.items.last?.sentence.contains("is in mode propose here") == true, "\(run)")
        #expect(fleet.exposed.count == 1)
        await controller.stop()
        await bench.end()
    }

    @Test("a canary that fails stops the others, and everything waits for its next try")
    func canaryFails() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1, "rack10": 1], failing: ["rack10/g0"])
        try await run(fleet, Rollout(canary: 1, parallel: 1)) { (controller: FleetController) async throws in
            let runs = try await controller.remediations()
            #expect(runs.map(\.state) == [.failed])
            #expect(runs[0].items.map(\.path.description).first == "rack10/g0")
            #expect(runs[0].items.dropFirst().allSatisfy { $0.outcome == .skipped })
            try await controller.sweepAndEnforce()
            #expect(try await controller.remediations().count == 1)
            #expect(fleet.exposed == [])
        }
    }

    @Test("a window that closes meanwhile ends it, and the rest is enforced when it opens again")
    func windowCloses() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 3])
        // Each change passes some seconds of the fleet's time; at the second one the window's end is too near.
        fleet.beforeAnswers { method, _ in
            guard method == .correct, fleet.now.begun.count == 1 else { return }
            fleet.time.set(try! Date("2027-03-02T00:59:00Z", strategy: .iso8601))
        }
        try await run(fleet, Rollout(), windows: WindowUseTests.nights) { (controller: FleetController) async throws in
            let run = try #require(try await controller.remediations().first)
            #expect(run.endedAt != nil && run.state == .succeeded, "\(run)")
            #expect(run.items.contains { $0.outcome == .skipped && $0.sentence.contains("when it can") }, "\(run)")
            let before = fleet.exposed.count
            #expect(before < 3)
            fleet.time.set(try Date("2027-03-02T21:30:00Z", strategy: .iso8601))
            fleet.beforeAnswers { _, _ in }
            try await controller.sweepAndEnforce()
            #expect(fleet.exposed.count == 3)
        }
    }
}
