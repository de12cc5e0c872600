import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import SQLiteStore
import Testing

@testable import FleetControl

/// An evaluation that judges only what changed, against one that judges everything, in two stores to which the same
/// happens.
@Suite("An evaluation") struct IncrementalJudgingTests {
    @Test("of what changed finds what one of everything finds, whatever happened and whatever time it is")
    func agrees() async throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        var seen: Set<String> = []
        var (judged, most) = (0, 0)
        // Chance has to reach what the test is about: it goes on for as long as something was never made.
        let words: Set = [
            "drift", "uuid-clone", "guest-moved", "host-unread", "unused-exposure", "stale", "exempted", "contested",
            "acknowledged",
        ]
        for round in 0..<60 where round < 6 || !words.isSubset(of: seen) {
            var events = FleetEvents(seed: seed &+ UInt64(round))
            let (one, all) = (try await JudgedBench(events.time), try await JudgedBench(events.time))
            for step in 0..<45 {
                let event = events.next()
                if case .time(let seconds) = event { events.time.pass(seconds) }
                for bench in [one, all] { try await bench.take(event) }
                _ = all.controller.judgementMemory.take()
                for bench in [one, all] { try await bench.controller.evaluate(before: bench.before) }
                judged += one.controller.judgementMemory.judgedTrees
                most += all.controller.judgementMemory.judgedTrees
                let (found, expected) = (try await one.told(), try await all.told())
                let difference = found.symmetricDifference(expected)
                #expect(
                    difference.isEmpty,
                    "seed \(seed), round \(round), step \(step), after \(event): \(difference.sorted())")
                seen.formUnion(try await one.kinds())
                guard difference.isEmpty else { break }
            }
            for bench in [one, all] { await bench.end() }
        }
        #expect(words.subtracting(seen) == [], "seed \(seed) never made these")
        #expect(judged * 2 < most, "seed \(seed): \(judged) trees judged of \(most)")
    }

    @Test("after a sweep that brought nothing new judges no tree, and after a new report its own")
    func spares() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 2])
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack*/*"])])
        let time = TestTime()
        try await bench.run(at: time) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            #expect(controller.judgementMemory.judgedTrees == 3)
            time.pass(60)
            _ = try await controller.sweep(SweepRequest())
            #expect(controller.judgementMemory.judgedTrees == 0)
            let drift = try await controller.findings(path: nil, resolved: false)
            #expect(drift.count == 4)
            #expect(drift.allSatisfy { $0.lastSeen == time.now }, "what is still so was seen just now")
            fleet.set { $0.plain["rack8"]?[0].exposed = true }
            _ = try await controller.sweep(SweepRequest())
            #expect(controller.judgementMemory.judgedTrees == 1)
            #expect(try await controller.findings(path: nil, resolved: false).count == 3)
        }
    }

    @Test("that fails leaves nothing behind that the next one would take for judged")
    func fails() async throws {
        let bench = try await Bench(
            ScriptedFleet.plain(["rack8": 1]), policies: [policy(exposure: true, paths: ["*/*"])])
        let controller = try await bench.controller()
        _ = try await controller.sweep(SweepRequest())
        try await bench.store.record { (work) throws(StoreFailure) in
            var report = try work.host(NodePath("rack8")!)?.report
            report?.guests = .known([])
            if let report { try work.put(report: report, of: NodePath("rack8")!) }
        }
        await #expect(throws: (any Error).self) {
            _ = try await bench.store.record { (work) throws(StoreFailure) in
                _ = try Judging(work: work, rules: DriftRules(), before: nil, now: Date()).run(
                    controller.judgementMemory.take())
                throw StoreFailure(.full, "the disk is full")
            }
        }
        #expect(try await controller.findings(path: nil, resolved: false).count == 1)
        try await controller.evaluate()
        #expect(try await controller.findings(path: nil, resolved: false).isEmpty)
        await controller.stop()
        await bench.end()
    }
}
