import AgentWire
import ControllerAPI
import FleetStore
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A remediation that is held up")
struct InterruptedTests {
    /// Two items: a running build-l1 with a guest inside, and a spare one.
    private func bench() async throws -> Bench {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set { $0.hasSpare = true }
        return try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack7/build-l1", "rack7/spare"])])
    }

    @Test("a freeze in mid-run ends what has begun, holds back what has not, and resuming waits for its end")
    func frozenInMidRun() async throws {
        let bench = try await bench()
        let controller = try await bench.controller()
        bench.fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7", (try? await controller.freezes().isEmpty) == true else {
                return
            }
            _ = try? await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "t"))
        }
        let done = try await controller.remediated()
        #expect(done.state == .interrupted)
        #expect(done.sentence.contains("frozen: audit"))
        #expect(done.items.map(\.outcome) == [.corrected, nil])
        #expect(bench.fleet.now.innerRuns)
        #expect(!bench.fleet.now.spareExposed)

        let refused = await #expect(throws: APIError.self) {
            try await controller.resume(done.id, by: Requester(name: "t"))
        }
        #expect(refused?.code == "frozen")

        bench.fleet.beforeAnswers { _, _ in }
        try await controller.unfreeze(by: Requester(name: "t"))
        _ = try await controller.resume(done.id, by: Requester(name: "t"))
        await controller.untilIdle()
        #expect(try await controller.remediation(done.id).state == .succeeded)
        #expect(bench.fleet.now.spareExposed)
        #expect(bench.fleet.now.runs.values.allSatisfy { $0 == 1 })
        let ended = await #expect(throws: APIError.self) {
            try await controller.resume(done.id, by: Requester(name: "t"))
        }
        #expect(ended?.code == "remediation-ended")
        await controller.stop()
        await bench.end()
    }

    @Test("no second one starts while it is not finished")
    func twoAtOnce() async throws {
        let bench = try await bench()
        let controller = try await bench.controller()
        let refusals = Refusals()
        bench.fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7" else { return }
            do throws(APIError) {
                let plan = try await controller.plan(Selection())
                _ = try await controller.remediate(
                    RemediateRequest(selection: Selection(), digest: plan.digest), by: Requester(name: "other"))
                await refusals.add("none")
            } catch {
                await refusals.add(error.code)
            }
        }
        let done = try await controller.remediated()
        #expect(done.state == .succeeded, "\(done)")
        #expect(await refusals.codes == ["store-conflict", "store-conflict"])
        #expect(try await controller.remediations().count == 1)
        await controller.stop()
        await bench.end()
    }

    @Test(
        "what could not be started again is named; the item fails, unless it was asked to hide",
        arguments: [true, false])
    func releaseFails(exposure: Bool) async throws {
        let fleet = ScriptedFleet(l1Exposed: !exposure, innerRuns: true)
        fleet.set { $0.releaseFailure = "'inner' does not start\u{1B}[2J: no KVM" }
        let bench = try await Bench(fleet, policies: [policy(exposure: exposure)])
        let controller = try await bench.controller()
        let done = try await controller.remediated()
        #expect(done.items[0].outcome == (exposure ? .failed : .corrected))
        #expect(done.items[0].sentence.contains("in 'rack7/build-l1': 'inner' does not start [2J: no KVM"))
        await controller.stop()
        await bench.end()
    }

    @Test("a host that vanishes in mid-run interrupts it, and resuming takes it up where it stood")
    func hostVanishes() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7" else { return }
            try? await bench.store.record { (work) throws(StoreFailure) in try work.remove(host: rack7) }
            fleet.set { $0.faults["rack7"] = .ends(1) }
        }
        let done = try await controller.remediated()
        #expect(done.state == .interrupted, "\(done)")
        #expect(done.items[0].outcome == nil)
        fleet.beforeAnswers { _, _ in }
        fleet.set { $0.faults = [:] }
        try await bench.enrol()
        _ = try await controller.resume(done.id, by: Requester(name: "t"))
        await controller.untilIdle()
        #expect(try await controller.remediation(done.id).state == .succeeded)
        #expect(fleet.now.runs.count == 1)
        await controller.stop()
        await bench.end()
    }
}

private actor Refusals {
    private(set) var codes: [String] = []

    func add(_ code: String) { codes.append(code) }
}
