import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("What a plan is about")
struct SelectionTests {
    private static let alice = Requester(name: "alice", origin: "pid 7 (nestor)")

    /// Two racks of two guests each; what each policy wants of them.
    private func run(_ body: (FleetController, ScriptedFleet) async throws -> Void) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 2, "rack9": 2])
        var second = policy(exposure: true, paths: ["rack9/*"])
        second.name = "q"
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*"]), second])
        let controller = try await bench.controller(isTimed: true)
        try await body(controller, fleet)
        await controller.stop()
        await bench.end()
    }

    private func paths(_ answer: PlanAnswer) -> [String] { answer.plan.items.map(\.path.description) }

    @Test("is a policy's part, what a selector selects, or a finding; conditions are joined")
    func conditions() async throws {
        try await run { (controller: FleetController, _: ScriptedFleet) async throws in
            #expect(paths(try await controller.plan(Selection(policies: ["q"]))) == ["rack9/g0", "rack9/g1"])
            let rack8 = PolicySelector(labels: ["rack": "rack8"])
            #expect(paths(try await controller.plan(Selection(selector: rack8))) == ["rack8/g0", "rack8/g1"])
            let one = Selection(findings: ["drift:rack8/g1:exposure"])
            #expect(paths(try await controller.plan(one)) == ["rack8/g1"])
            let none = try await controller.plan(Selection(selector: rack8, policies: ["q"]))
            #expect(none.plan.items.isEmpty && none.plan.blocked.isEmpty)
        }
    }

    @Test("is refused where it names what is not there: a plan of nothing would look as if all were well")
    func unknown() async throws {
        try await run { (controller: FleetController, _: ScriptedFleet) async throws in
            for (selection, code) in [
                (Selection(policies: ["nobody"]), "policy-unknown"),
                (Selection(findings: ["drift:rack8/g9:exposure"]), "finding-unknown"),
                (Selection(selector: PolicySelector(labels: ["rack": "none"])), "selection-empty"),
                (Selection(selector: PolicySelector()), "selector-invalid"),
            ] {
                _ = try? await controller.plan(Selection())
                let error = await #expect(throws: APIError.self) { try await controller.plan(selection) }
                #expect(error?.code == code)
            }
        }
    }

    @Test("runs as it was seen, also by way of a change request, and touches nothing else")
    func runs() async throws {
        try await run { (controller: FleetController, fleet: ScriptedFleet) async throws in
            _ = try await controller.plan(Selection())
            let selection = Selection(findings: ["drift:rack8/g1:exposure"])
            let shown = try await controller.plan(selection)
            let started = try await controller.remediate(
                RemediateRequest(selection: selection, digest: shown.digest), by: Self.alice)
            await controller.untilIdle()
            let ended = try await controller.remediation(started.id)
            #expect(ended.state == .succeeded && ended.selection == selection, "\(ended)")
            #expect(fleet.exposed == ["rack8/g1"])

            let wanted = Selection(policies: ["q"])
            let plan = try await controller.plan(wanted)
            let request = try await controller.request(
                ChangeDraft(selection: wanted, digest: plan.digest, text: "please", seconds: 3_600), by: Self.alice)
            _ = try await controller.answer(
                ChangeWord(id: request.id, word: .approved, text: "", digest: request.digest),
                by: Requester(name: "bob"))
            await controller.untilIdle()
            #expect(fleet.exposed == ["rack8/g1", "rack9/g0", "rack9/g1"])
        }
    }

    @Test("a freeze of what a selector selects holds that alone, whoever comes later, and says so")
    func frozen() async throws {
        try await run { (controller: FleetController, fleet: ScriptedFleet) async throws in
            let rack8 = PolicySelector(labels: ["rack": "rack8"])
            let freeze = try await controller.freeze(FreezeRequest(reason: "audit", selector: rack8), by: Self.alice)
            #expect(freeze.sentence == "what 'rack=rack8' selects is frozen: audit (alice)")
            let shown = try await controller.plan(Selection())
            #expect(paths(shown) == ["rack9/g0", "rack9/g1"])
            #expect(Set(shown.plan.blocked.map(\.code)) == ["frozen"] && shown.plan.blocked.count == 2)
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.exposed == ["rack9/g0", "rack9/g1"])
        }
    }

    @Test("a correction's record is found by its guest, and a person's word says from where it came")
    func audited() async throws {
        try await run { (controller: FleetController, _: ScriptedFleet) async throws in
            #expect(try await controller.remediated(Self.alice).state == .succeeded)
            let found = try await controller.audit(AuditQuery(subject: "rack8/g1"))
            #expect(found.map(\.action) == ["correction.send"] && found[0].place == "rack8/g1")
            let start = try await controller.audit(AuditQuery(action: "remediation.start"))
            #expect(start.map(\.origin) == ["pid 7 (nestor)"])
        }
    }

    @Test("what is told of a correction is told of its guest")
    func told() async throws {
        try await run { (controller: FleetController, _: ScriptedFleet) async throws in
            let events = controller.progress.events { $0.remediation != nil }
            #expect(try await controller.remediated().state == .succeeded)
            var told: Set<String> = []
            for await event in events {
                if let path = event.path { told.insert(path.description) }
                if event.last || told.count == 4 { break }
            }
            #expect(told == ["rack8/g0", "rack8/g1", "rack9/g0", "rack9/g1"])
        }
    }
}
