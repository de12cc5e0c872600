import ControllerAPI
import FleetStore
import NestingModel
import Testing

@testable import FleetControl

@Suite("A remediation")
struct RemediationTests {
    @Test("exposes, checks inside the guest, and starts again what ran inside", arguments: [true, false])
    func corrects(exposure: Bool) async throws {
        let fleet = ScriptedFleet(l1Exposed: !exposure, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: exposure)])
        let controller = try await bench.controller()
        let done = try await controller.remediated()
        #expect(done.state == .succeeded, "\(done.sentence) \(done.items)")
        #expect(done.items.first?.verification == .passed)
        #expect(fleet.now.l1Exposed == exposure)
        #expect(fleet.now.innerRuns)
        #expect(fleet.now.log == ["drain", "set", "commit guest.set", "commit guests.drain"])
        #expect(try await controller.findings(path: nil, resolved: false).filter { $0.kind == .drift } == [])
        await controller.stop()
        await bench.end()
    }

    @Test("goes back when the inside does not see what was exposed, and starts again what ran")
    func goesBack() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set { $0.exposureWorks = false }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let done = try await controller.remediated()
        #expect(done.state == .failed)
        #expect(done.items.first?.outcome == .rolledBack)
        #expect(done.items.first?.verification == .failed)
        #expect(!fleet.now.l1Exposed)
        #expect(fleet.now.innerRuns)
        await controller.stop()
        await bench.end()
    }

    @Test("keeps what hides, whatever the check inside says", arguments: Verification.wrong)
    func keepsHiding(verification: Verification) {
        #expect(Judgement.verdict(on: verification, of: GuestChange(exposure: false)) == .commit)
    }

    @Test("keeps what could not be checked, and takes back only what was found not to work")
    func verdicts() {
        #expect(Judgement.verdict(on: .inconclusive, of: GuestChange(exposure: true)) == .commit)
        #expect(Judgement.verdict(on: .failed, of: GuestChange(exposure: true)) == .rollback)
    }

    @Test("runs only the plan that was shown")
    func planChanged() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let shown = try await controller.plan(Selection())
        // Somebody starts a guest inside: the blast radius is another one now.
        fleet.set { $0.innerRuns = true }
        let error = await #expect(throws: APIError.self) {
            try await controller.remediate(
                RemediateRequest(selection: Selection(), digest: shown.digest), by: Requester(name: "t"))
        }
        #expect(error?.code == "plan-changed")
        #expect(fleet.now.log == [])
        await controller.stop()
        await bench.end()
    }

    @Test("does not start while the fleet is frozen")
    func frozen() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce)])
        let controller = try await bench.controller()
        _ = try await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "t"))
        await #expect(throws: APIError.self) { try await controller.remediated() }
        await controller.enforce()
        await controller.untilIdle()
        #expect(fleet.now.log == [])
        try await controller.unfreeze(by: Requester(name: "t"))
        await controller.enforce()
        await controller.untilIdle()
        #expect(fleet.now.l1Exposed)
        await controller.stop()
        await bench.end()
    }

    @Test("enforcement stops at its first failure until somebody says otherwise")
    func enforcementStops() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        fleet.set { $0.exposureWorks = false }
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce)])
        let controller = try await bench.controller()
        _ = try await controller.sweep(SweepRequest())
        for _ in 0..<3 {
            await controller.enforce()
            await controller.untilIdle()
        }
        #expect(try await controller.remediations().count == 1)
        #expect(try await controller.status(version: "", stateDirectory: "").enforcementStopped != nil)
        await controller.stop()
        await bench.end()
    }

    @Test("an agent that has seen a later epoch freezes the fleet: this store is a restored backup")
    func restoredBackup() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        fleet.set { $0.highestEpoch = 9_999 }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let done = try await controller.remediated()
        #expect(done.state == .interrupted)
        #expect(try await controller.freezes().count == 1)
        #expect(!fleet.now.l1Exposed)
        await controller.stop()
        await bench.end()
    }

    @Test("a change is not made where it can't be recorded, and every one that is made is in the audit log")
    func recorded() async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: true), policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let done = try await controller.remediated(Requester(name: "alice (uid 1000)"))
        let actions = try await controller.audit(limit: 100).filter { $0.actor == "alice (uid 1000)" }
        #expect(actions.map(\.action).sorted() == ["correction.send", "correction.send", "remediation.start"])
        #expect(actions.contains { $0.subject == done.items[0].correction })
        await controller.stop()
        await bench.end()
    }
}

extension Verification {
    static let wrong: [Verification] = [.failed, .inconclusive, .unknown]
}
