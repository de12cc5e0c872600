import AgentWire
import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A remediation in waves")
struct RolloutTests {
    private func bench(_ fleet: ScriptedFleet) async throws -> Bench {
        try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*"])])
    }

    private func run(_ fleet: ScriptedFleet, _ body: (FleetController, Bench) async throws -> Void) async throws {
        let bench = try await bench(fleet)
        let controller = try await bench.controller(isTimed: true)
        try await body(controller, bench)
        await controller.stop()
        await bench.end()
    }

    @Test("goes one guest after another, and stops at the first failure, where nothing else is said")
    func byDefault() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 1], failing: ["rack8/g1"])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated()
            #expect(done.state == .failed)
            #expect(done.items.map(\.outcome) == [.corrected, .rolledBack, .skipped])
            #expect(fleet.now.mostAtOnce == 1)
        }
    }

    @Test("works on two nesting trees at once, and never on two guests of one")
    func parallel() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 2])
        let gate = Gate(opensAt: 2)
        fleet.beforeAnswers { method, path in
            guard method == .correct else { return }
            await gate.pass(path)
        }
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(
                Requester(name: "t"), RolloutWish(maxFailures: .count(1), parallel: 4))
            #expect(done.state == .succeeded, "\(done)")
            #expect(await gate.first == ["rack8", "rack9"], "both were asked before either answered")
            #expect(fleet.now.crowded == [])
        }
    }

    @Test("never has more guests in motion than may fail, and one")
    func atRisk() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 2], failing: ["rack8/g0", "rack9/g0"])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(Requester(name: "t"), RolloutWish(parallel: 4))
            #expect(done.failures == 1)
            #expect(done.items.count { $0.outcome == .skipped } == 3)
        }
    }

    @Test("ends with the failure that goes over its budget, and skips the rest", arguments: [0, 1, 2])
    func budget(_ budget: Int) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 6], failing: ["rack8/g0", "rack8/g2", "rack8/g4"])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(
                Requester(name: "t"), RolloutWish(maxFailures: .count(budget)))
            #expect(done.failures == budget + 1)
            #expect(done.items.count { $0.outcome == .skipped } == 6 - (budget * 2 + 1))
        }
    }

    @Test("keeps to a limit for each value of a label")
    func perLabel() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await bench(fleet)
        try await bench.store.record { (work) throws(StoreFailure) in
            for view in try work.hosts() where view.host.path != rack7 {
                var host = view.host
                host.labels = ["row": "a"]
                try work.put(host: host)
            }
        }
        let controller = try await bench.controller(isTimed: true)
        let done = try await controller.remediated(
            Requester(name: "t"), RolloutWish(maxFailures: .count(5), parallel: 4, parallelPer: ["row": 1]))
        #expect(done.state == .succeeded)
        #expect(fleet.now.mostAtOnce == 1)
        await controller.stop()
        await bench.end()
    }

    @Test("begins no wave before the one before it was watched to its end")
    func soak() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 3])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(
                Requester(name: "t"), RolloutWish(canary: 1, wave: .count(2), soakSeconds: 600))
            #expect(done.state == .succeeded, "\(done)")
            let begun = fleet.now.begun.map(\.at)
            #expect(begun[1].timeIntervalSince(begun[0]) >= 600)
            #expect(begun[2].timeIntervalSince(begun[1]) < 600)
            #expect(done.wavesDone == 2)
        }
    }

    @Test("stops where a guest does not stay corrected while it is watched, and says so")
    func regression() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 3])
        fleet.beforeAnswers { method, path in
            // Somebody sets the canary back while it is watched.
            guard method == .report, path == "rack8", fleet.now.records.values.contains(where: { $0.phase == .ended })
            else { return }
            fleet.set { $0.plain["rack8"]?[0].exposed = false }
        }
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(
                Requester(name: "t"), RolloutWish(canary: 1, wave: .count(2), soakSeconds: 600))
            #expect(done.state == .failed)
            #expect(done.items.map(\.outcome) == [.regressed, .skipped, .skipped])
            #expect(done.items[0].sentence.contains("did not stay so"))
            #expect(fleet.now.begun.count == 1)
        }
    }

    @Test("counts a guest as failed whose host can't be read at the end of its watch")
    func unreadable() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        fleet.beforeAnswers { method, path in
            guard method == .report, path == "rack8", fleet.now.records.values.contains(where: { $0.phase == .ended })
            else { return }
            fleet.set { $0.faults["rack8"] = .ends(1) }
        }
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let done = try await controller.remediated(
                Requester(name: "t"), RolloutWish(canary: 1, soakSeconds: 60))
            #expect(done.items.map(\.outcome) == [.regressed, .skipped], "\(done)")
            #expect(fleet.now.begun.map(\.path) == ["rack8/g0"])
        }
    }

    @Test("refuses numbers that make no sense, and says what may be said")
    func refused() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            for wish in [RolloutWish(canary: -1), RolloutWish(wave: .count(0)), RolloutWish(parallel: 0)] {
                let error = await #expect(throws: APIError.self) {
                    try await controller.remediated(Requester(name: "t"), wish)
                }
                #expect(error?.code == "rollout-invalid")
            }
            #expect(fleet.now.begun.isEmpty)
        }
    }

    @Test("one that was stored before there were waves is read as one guest after another")
    func fromBefore() throws {
        let text = """
            {"id":"r","items":[{"correction":"c","drains":[],"path":"rack7/a","remedy":"","sentence":"","step":"waiting"}],
            "plan":{"blocked":[],"items":[],"madeAt":0},"requestedBy":"t","sentence":"","startedAt":0,"state":"running"}
            """
        let old = try JSONDecoder().decode(Remediation.self, from: Data(text.utf8))
        #expect(old.rollout == nil && old.asked == nil && old.wavesDone == nil)
        #expect(Rollout().waves(of: 3) == [0..<3] && Rollout().inMotion(of: 3) == 1 && Rollout().budget(of: 3) == 0)
        let freeze = try JSONDecoder().decode(
            Freeze.self, from: Data(#"{"by":"a","reason":"r","since":0}"#.utf8))
        #expect(freeze.paths == nil && freeze.until == nil)
    }
}

/// Lets nobody pass before so many different ones have come.
private actor Gate {
    private let count: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var first: Set<String> = []

    init(opensAt count: Int) { self.count = count }

    func pass(_ name: String) async {
        guard first.count < count, !first.contains(name) else { return }
        first.insert(name)
        if first.count == count {
            for one in waiting { one.resume() }
            waiting = []
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }
}
