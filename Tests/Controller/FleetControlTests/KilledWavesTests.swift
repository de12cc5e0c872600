import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

/// Two nesting trees at once, in waves that are watched, inside a maintenance window, with part of the fleet frozen.
@Suite("A controller that is killed among waves")
struct KilledWavesTests {
    enum Work: CaseIterable, CustomStringConvertible {
        case allWorks, twoFail, isAborted

        var description: String { "\(self == .allWorks ? "all works" : self == .twoFail ? "two fail" : "is aborted")" }
        var failing: Set<String> { self == .twoFail ? ["rack8/g1", "rack9/g0"] : [] }
    }

    /// More writes than it makes: the last ones die after its end, or not at all.
    static let writes = 84
    /// Every write where all works; the other two differ from it in few of them.
    static let cases: [(Work, Int)] =
        (1...writes).map { (.allWorks, $0) }
        + stride(from: 12, through: writes, by: 4).flatMap { count in
            [(.twoFail, count), (.isAborted, count + 1)]
        }
    static let wish = RolloutWish(
        canary: 1, wave: .count(2), soakSeconds: 30, maxFailures: .count(1), parallel: 2)
    static let opens = "2027-03-01T21:00:00Z"
    static let closes = "2027-03-02T01:00:00Z"

    private func bench(_ work: Work) async throws -> Bench {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 1, "rack10": 1], failing: work.failing)
        fleet.time.set(try Date("2027-03-01T20:55:00Z", strategy: .iso8601))
        let bench = try await Bench(
            fleet, policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*", "rack10/*"])])
        let setter = try await bench.controller(isTimed: true)
        let text = WindowUseTests.nights.replacing("paths: [rack8]", with: "paths: [rack8, rack9]")
        _ = try await setter.apply(
            windows: ApplyRequest(files: [DocumentFile(name: "w.yaml", text: text)]), by: Requester(name: "t"))
        _ = try await setter.freeze(
            FreezeRequest(reason: "audit", paths: [try #require(NodePath("rack10"))]), by: Requester(name: "t"))
        await setter.stop()
        return bench
    }

    private func begin(_ controller: FleetController, _ work: Work) async throws {
        let started = try await controller.started(Requester(name: "t"), Self.wish)
        if work == .isAborted {
            // After the canary has begun, whenever that is.
            while try await controller.remediation(started.id).items.allSatisfy({ $0.outcome == nil }) {
                guard await !controller.driving.isEmpty else { return }
                await Task.yield()
            }
            _ = try await controller.abort(started.id, by: Requester(name: "alice"))
        }
        await controller.untilIdle()
    }

    @Test("keeps budget, trees, window and freeze, and does nothing twice", arguments: cases)
    func killed(_ work: Work, atWrite count: Int) async throws {
        let bench = try await bench(work)
        let fleet = bench.fleet
        let mortal = MortalStore(bench.store, writes: count)
        if let first = try? await bench.controller(over: mortal, isTimed: true) {
            try? await begin(first, work)
            await first.untilIdle()
            await first.stop()
        }
        let second = try await bench.controller(startDeadline: .seconds(3), isTimed: true)
        await second.resumeUnfinished()
        await second.untilIdle()
        let begun = try await second.remediations()
        #expect(begun.count <= 1)
        for remediation in begun {
            #expect(remediation.endedAt != nil, "\(remediation)")
            #expect(remediation.failures <= 2, "one more than may fail, which stops it")
            if work == .allWorks { #expect(remediation.state == .succeeded, "\(remediation)") }
        }
        #expect(fleet.now.runs.values.allSatisfy { $0 == 1 }, "\(fleet.now.runs)")
        #expect(fleet.now.crowded == [] && fleet.now.changedOrders == [])
        #expect(fleet.now.mostAtOnce <= 2)
        let (opens, closes) = (
            try Date(Self.opens, strategy: .iso8601), try Date(Self.closes, strategy: .iso8601)
        )
        for start in fleet.now.begun {
            #expect(start.at >= opens && start.at < closes, "\(start)")
            #expect(!start.path.hasPrefix("rack10"), "what is frozen is not touched")
        }
        await second.stop()
        await bench.end()
    }

    @Test("leaves enough writes behind for the table above to reach its end", arguments: Work.allCases)
    func tableIsLongEnough(_ work: Work) async throws {
        let bench = try await bench(work)
        let mortal = MortalStore(bench.store, writes: Self.writes)
        let controller = try await bench.controller(over: mortal, isTimed: true)
        try await begin(controller, work)
        #expect(!mortal.isDead)
        await controller.stop()
        await bench.end()
    }
}
