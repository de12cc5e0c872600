import ControllerAPI
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A change request")
struct ChangeRequestTests {
    private let alice = Requester(name: "alice (uid 1000)")
    private let bob = Requester(name: "bob (uid 1001)")

    private func run(
        _ fleet: ScriptedFleet, fourEyes: Bool = true, _ body: (FleetController, Bench) async throws -> Void
    ) async throws {
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*"])])
        let controller = try await bench.controller(isTimed: true, fourEyes: fourEyes)
        try await body(controller, bench)
        await controller.stop()
        await bench.end()
    }

    private func requested(
        _ controller: FleetController, by requester: Requester = Requester(name: "alice (uid 1000)")
    ) async throws -> ChangeRequest {
        let plan = try await controller.plan(Selection())
        return try await controller.request(
            ChangeDraft(selection: Selection(), digest: plan.digest, text: "expose", seconds: 3_600), by: requester)
    }

    private func approve(
        _ controller: FleetController, _ request: ChangeRequest, by requester: Requester
    ) async throws(APIError) -> ChangeRequest {
        try await controller.answer(
            ChangeWord(id: request.id, word: .approved, text: "fine", digest: request.digest), by: requester)
    }

    @Test("runs when somebody else approves it, as it was seen, and once")
    func approved() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let request = try await requested(controller)
            #expect(fleet.now.begun.isEmpty && request.state == .open)
            let own = await #expect(throws: APIError.self) { try await approve(controller, request, by: alice) }
            #expect(own?.code == "change-own")
            let approved = try await approve(controller, request, by: bob)
            await controller.untilIdle()
            #expect(approved.state == .approved)
            let ran = try await controller.remediation(try #require(approved.remediation))
            #expect(ran.state == .succeeded && ran.requestedBy == bob.name)
            #expect(fleet.exposed == ["rack8/g0"])
            let again = await #expect(throws: APIError.self) { try await approve(controller, request, by: bob) }
            #expect(again?.code == "change-closed")
            let actions = try await controller.audit(limit: 50).map(\.action)
            #expect(actions.contains("change.request") && actions.contains("change.approve"))
        }
    }

    /// Root, and who is behind it.
    private static func root(_ person: String?) -> Requester { Requester(name: "root (uid 0)", person: person) }

    @Test(
        "needs another person, whom both reach root by sudo; where it can't be told who they are, another account",
        arguments: [
            (root("alice (uid 1000)"), root("bob (uid 1001)"), true),
            (root("alice (uid 1000)"), root("alice (uid 1000)"), false),
            (root("alice (uid 1000)"), Requester(name: "alice (uid 1000)"), false),
            (Requester(name: "alice (uid 1000)"), root("alice (uid 1000)"), false),
            (Requester(name: "alice (uid 1000)"), root("bob (uid 1001)"), true),
            (root(nil), root(nil), false), (root(nil), root("bob (uid 1001)"), false),
            (root("alice (uid 1000)"), root(nil), false), (root(nil), Requester(name: "bob (uid 1001)"), true),
            (Requester(name: "alice (uid 1000)"), root(nil), true),
        ])
    func sharedAccount(author: Requester, approver: Requester, isTaken: Bool) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet) { (controller: FleetController, bench: Bench) async throws in
            let request = try await requested(controller, by: author)
            #expect(request.entries[0].by == author.shown && request.author == author.name)
            do throws(APIError) {
                let approved = try await approve(controller, request, by: approver)
                #expect(isTaken && approved.entries.last?.by == approver.shown)
                await controller.untilIdle()
            } catch {
                #expect(!isTaken && error.code == "change-own", "\(error)")
            }
            // One from before people were told apart.
            var earlier = request
            earlier.authorPerson = nil
            #expect(earlier.isFrom(author.name, person: author.person))
            #expect(earlier.isFrom("root (uid 0)", person: author.name))
        }
    }

    @Test("is planned again and asks again where the world changed, and never runs stale")
    func changed() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2])
        try await run(fleet) { (controller: FleetController, _: Bench) async throws in
            let request = try await requested(controller)
            fleet.set { $0.plain["rack8"]?[1].exposed = true }
            let stale = await #expect(throws: APIError.self) { try await approve(controller, request, by: bob) }
            #expect(stale?.code == "plan-changed")
            #expect(fleet.now.begun.isEmpty)
            let anew = try await controller.changeRequest(request.id)
            #expect(anew.state == .open && anew.digest != request.digest && anew.plan.items.count == 1)
            #expect(anew.entries.map(\.word) == [.requested, .planned])
            // The old plan can't be approved any more, the new one can.
            let old = await #expect(throws: APIError.self) { try await approve(controller, request, by: bob) }
            #expect(old?.code == "plan-changed")
            _ = try await approve(controller, anew, by: bob)
            await controller.untilIdle()
            #expect(fleet.now.begun.map(\.path) == ["rack8/g0"])
        }
    }

    @Test("that is rejected or has expired never runs, and can still be spoken of")
    func closed() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet, fourEyes: false) { (controller: FleetController, _: Bench) async throws in
            let first = try await requested(controller)
            let rejected = try await controller.answer(
                ChangeWord(id: first.id, word: .rejected, text: "not now"), by: bob)
            #expect(rejected.state == .rejected)
            let second = try await requested(controller)
            fleet.time.set(fleet.time.date.addingTimeInterval(3_600))
            for request in [first, second] {
                let error = await #expect(throws: APIError.self) { try await approve(controller, request, by: bob) }
                #expect(error?.code == "change-closed")
            }
            let spoken = try await controller.answer(
                ChangeWord(id: second.id, word: .commented, text: "too late"), by: alice)
            #expect(spoken.state == .expired && spoken.entries.last?.text == "too late")
            #expect(try await controller.changeRequests().map(\.state) == [.expired, .rejected])
            #expect(fleet.now.begun.isEmpty)
        }
    }

    @Test("that was approved in the moment of a crash runs, or is still open", arguments: 1...6)
    func killed(atWrite count: Int) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet) { (controller: FleetController, bench: Bench) async throws in
            let request = try await requested(controller)
            let mortal = MortalStore(bench.store, writes: count)
            if let first = try? await bench.controller(over: mortal, isTimed: true) {
                _ = try? await approve(first, request, by: bob)
                await first.untilIdle()
                await first.stop()
            }
            let second = try await bench.controller(isTimed: true)
            await second.resumeUnfinished()
            await second.untilIdle()
            let stands = try await second.changeRequest(request.id)
            let runs = try await second.remediations()
            #expect(runs.map(\.id) == [stands.remediation].compactMap { $0 })
            #expect((stands.state == .approved) == (runs.count == 1))
            #expect(fleet.now.runs.values.allSatisfy { $0 == 1 })
            await second.stop()
        }
    }
}
