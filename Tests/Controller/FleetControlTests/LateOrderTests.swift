import AgentWire
import ControllerAPI
import FoundationEssentials
import NestingModel
import SQLiteStore
import SecureShell
import Synchronization
import Testing

@testable import FleetControl

/// While an agent can't be reached the world goes on.
@Suite("An order that could not be brought at once")
struct LateOrderTests {
    private let alice = Requester(name: "alice (uid 1000)")

    /// One guest; the first attempt to send its order is lost, and `meanwhile` happens then.
    private func run(
        consent: CorrectionConsent = CorrectionConsent(),
        _ meanwhile: @escaping @Sendable (FleetController) async -> Void,
        then: (FleetController, ScriptedFleet, Remediation) async throws -> Void
    ) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        var first = policy(exposure: true, paths: ["rack8/*"])
        first.disruption.consent = consent
        let bench = try await Bench(fleet, policies: [first])
        let controller = try await bench.controller(isTimed: true)
        let isFirst = Mutex(true)
        fleet.beforeAnswers { method, path in
            guard path == "rack8" else { return }
            if method == .hello { fleet.set { $0.faults = [:] } }
            let first = isFirst.withLock { first in
                defer { first = first && method != .correct }
                return first && method == .correct
            }
            guard first else { return }
            fleet.set { $0.faults["rack8"] = .ends(1) }
            await meanwhile(controller)
        }
        let stands = try await controller.remediated()
        try await then(controller, fleet, stands)
        await controller.stop()
        await bench.end()
    }

    @Test("is not sent where the fleet was frozen meanwhile: it waits, and is sent when a person lets it go on")
    func frozen() async throws {
        let alice = alice
        try await run {
            _ = try? await $0.freeze(FreezeRequest(reason: "storm"), by: alice)
        } then: { controller, fleet, stands in
            #expect(stands.state == .interrupted && stands.sentence.contains("storm"), "\(stands)")
            #expect(stands.items[0].step == .waiting && fleet.now.begun.isEmpty)
            try await controller.unfreeze(by: alice)
            _ = try await controller.resume(stands.id, by: alice)
            await controller.untilIdle()
            #expect(try await controller.remediation(stands.id).state == .succeeded)
            #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("is not sent where no policy asks for it any more")
    func changedPolicy() async throws {
        let alice = alice
        try await run { controller in
            let text =
                "policies:\n  - {name: p, select: {paths: [\"rack8/*\"]}, desire: {exposure: hidden}, mode: propose}"
            _ = try? await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)], prune: true), by: alice)
        } then: { _, fleet, ended in
            #expect(ended.state == .failed && ended.items[0].outcome == .refused, "\(ended)")
            #expect(fleet.now.begun.isEmpty)
        }
    }

    @Test("is not sent where the policy no longer allows all that it may do")
    func withdrawn() async throws {
        let alice = alice
        try await run(consent: CorrectionConsent(cutPower: true)) { controller in
            let text =
                "policies:\n  - {name: p, select: {paths: [\"rack8/*\"]}, desire: {exposure: exposed}, mode: propose}"
            _ = try? await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)], prune: true), by: alice)
        } then: { _, fleet, ended in
            #expect(ended.state == .failed && ended.items[0].outcome == .refused, "\(ended)")
            #expect(ended.items[0].sentence.contains("no longer allow"))
            #expect(fleet.now.begun.isEmpty)
        }
    }

    @Test("is sent where nothing speaks against it, and done once")
    func sent() async throws {
        try await run { _ in
        } then: { _, fleet, ended in
            #expect(ended.state == .succeeded, "\(ended)")
            #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("is given up when its time is over by the environment's clock", .timeLimit(.minutes(2)))
    func givenUp() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*"])])
        let controller = try await bench.controller(isTimed: true)
        fleet.beforeAnswers { method, path in
            guard method == .correct else { return }
            fleet.set { $0.faults[path] = .ssh(.unreachable) }
        }
        let begin = fleet.time.date
        let stands = try await controller.remediated()
        #expect(stands.state == .interrupted, "\(stands)")
        #expect(fleet.time.date.timeIntervalSince(begin) >= 60)
        await controller.stop()
        await bench.end()
    }

    @Test("is sent after the holds below it were prolonged: none runs out, and starts its guests, under it")
    func prolonged() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(isTimed: true)
        let isFirst = Mutex(true)
        fleet.beforeAnswers { method, path in
            guard path == "rack7" else { return }
            if method == .hello { fleet.set { $0.faults = [:] } }
            guard method == .correct,
                isFirst.withLock({ first in
                    defer { first = false }
                    return first
                })
            else { return }
            fleet.set { $0.faults["rack7"] = .ends(1) }
        }
        let ended = try await controller.remediated()
        #expect(ended.state == .succeeded, "\(ended)")
        #expect(fleet.now.log.prefix(3) == ["drain", "renew", "set"])
        #expect(fleet.now.innerRuns)
        await controller.stop()
        await bench.end()
    }

    @Test("is not sent to an outer host where the fleet was frozen while an inner one was drained")
    func frozenBetweenDrains() async throws {
        let alice = alice
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: true)
        fleet.set { $0.deepRuns = true }
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller(isTimed: true)
        fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack7/build-l1/inner" else { return }
            _ = try? await controller.freeze(FreezeRequest(reason: "storm"), by: alice)
        }
        let ended = try await controller.remediated()
        #expect(ended.items[0].outcome == .refused, "\(ended)")
        #expect(fleet.now.log.count { $0 == "drain" } == 1 && !fleet.now.log.contains("set"))
        #expect(fleet.now.innerRuns && fleet.now.deepRuns == true)
        await controller.stop()
        await bench.end()
    }
}
