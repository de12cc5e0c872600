import AgentWire
import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Synchronization
import Testing

@testable import FleetControl

@Suite("A word that arrives just as a remediation stops")
struct CrossingWordsTests {
    private let alice = Requester(name: "alice (uid 1000)")
    private let bob = Requester(name: "bob (uid 1001)")

    /// Two guests; the first one's order is answered after `stop` was said, and `meanwhile` comes just before it is
    /// written that the remediation stands.
    private func run(
        stop: @escaping @Sendable (FleetController, String) async -> Void,
        meanwhile: @escaping @Sendable (FleetController, WatchedStore, String) async -> Void,
        last: () async -> Void = {}
    ) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*"])])
        let store = WatchedStore(bench.store)
        let controller = try await bench.controller(over: store, isTimed: true)
        let (stopped, came) = (Once(), Once())
        fleet.beforeAnswers { method, path in
            guard method == .correct, path == "rack8", stopped.isFirst() else { return }
            guard let id = try? await controller.remediations().first?.id else { return }
            await stop(controller, id)
        }
        store.beforeWrites { action in
            guard action == nil, let now = try? await controller.remediations().first, now.state == .running,
                now.items.map(\.step) == [.done, .waiting], came.isFirst()
            else { return }
            await meanwhile(controller, store, now.id)
        }
        _ = try await controller.remediated()
        await last()
        await controller.untilIdle()
        #expect(!came.isFirst(), "it was about to stand")
        let ended = try await controller.remediation(try #require(try await controller.remediations().first?.id))
        #expect(ended.state == .succeeded, "\(ended)")
        #expect(fleet.exposed == ["rack8/g0", "rack9/g0"])
        #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
        await controller.stop()
        await bench.end()
    }

    @Test("resume that comes before the pause is written: it goes on")
    func before() async throws {
        let (alice, bob) = (alice, bob)
        try await run {
            _ = try? await $0.pause($1, by: alice)
        } meanwhile: { controller, _, id in
            _ = try? await controller.resume(id, by: bob)
        }
    }

    @Test("resume that saw it run and is written after the pause: it goes on")
    func after() async throws {
        let (alice, bob) = (alice, bob)
        let resumed = Mutex<Task<Void, Never>?>(nil)
        try await run {
            _ = try? await $0.pause($1, by: alice)
        } meanwhile: { controller, store, id in
            let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
            store.beforeWrites { action in
                guard action == "remediation.resume" else { return }
                arrival.finish()
                // Until it is written that the remediation stands.
                while (try? await controller.remediation(id).state) == .running { await Task.yield() }
            }
            resumed.withLock { $0 = Task { _ = try? await controller.resume(id, by: bob) } }
            for await _ in arrived {}
        } last: {
            await resumed.withLock { $0 }?.value
        }
    }

    @Test("unfreeze and resume that come before it is written that it is frozen: it goes on")
    func unfrozen() async throws {
        let (alice, bob) = (alice, bob)
        try await run { controller, _ in
            _ = try? await controller.freeze(FreezeRequest(reason: "audit"), by: alice)
        } meanwhile: { controller, _, id in
            _ = try? await controller.unfreeze(by: bob)
            _ = try? await controller.resume(id, by: bob)
        }
    }
}

private final class Once: Sendable {
    private let done = Mutex(false)

    func isFirst() -> Bool {
        done.withLock { done in
            defer { done = true }
            return !done
        }
    }
}
