import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("Modes by node and by cause")
struct ModeUseTests {
    /// Heals what a host does, and asks before it does what is newly wanted.
    private static let careful = """
        policies:
          - name: careful
            priority: 9
            select: {guests: [build-l1]}
            desire: {exposure: exposed}
            mode: {corrective: enforce, intended: propose}
        """

    private func files(_ text: String) -> ApplyRequest {
        ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)])
    }

    private func run(
        exposed: Bool, _ body: (FleetController, Bench, TestTime) async throws -> Void
    ) async throws {
        let clock = TestTime()
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: exposed, innerRuns: false), policies: [policy(exposure: false, mode: .audit)])
        try await bench.run(at: clock) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            try await body(controller, bench, clock)
        }
    }

    private func enforced(_ controller: FleetController) async throws -> Int {
        await controller.enforce()
        await controller.untilIdle()
        return try await controller.remediations().count
    }

    private func exposure(_ controller: FleetController) async throws -> Finding? {
        try await controller.findings(path: buildL1, resolved: false).first { $0.kind == .drift }
    }

    @Test("an intended change waits for a person, and what a host does later is healed without one")
    func causes() async throws {
        try await run(exposed: false) { controller, bench, _ in
            _ = try await controller.apply(policies: files(Self.careful), by: Requester(name: "t"))
            let finding = try await exposure(controller)
            #expect((finding?.cause, finding?.mode) == (.intended, .propose))
            #expect(try await enforced(controller) == 0)
            #expect(try await controller.plan(Selection()).plan.items.map(\.path) == [buildL1])
            #expect(try await controller.remediated().state == .succeeded)
            _ = try await controller.sweep(SweepRequest())
            #expect(try await exposure(controller) == nil)
            bench.fleet.set { ($0.l1Exposed, $0.l1Sees) = (false, .none) }
            _ = try await controller.sweep(SweepRequest())
            #expect(try await exposure(controller)?.cause == .corrective)
            #expect(try await enforced(controller) == 2)
        }
    }

    @Test("a change that a host could not be judged by is intended there when the host is back")
    func unread() async throws {
        try await run(exposed: false) { controller, bench, _ in
            bench.fleet.set { $0.faults["rack7"] = .ends(1) }
            let rows = try await controller.sweep(SweepRequest(paths: [rack7]))
            #expect(rows.map(\.health.state) != [.ok])
            _ = try await controller.apply(policies: files(Self.careful), by: Requester(name: "t"))
            _ = try await controller.sweep(SweepRequest())
            bench.fleet.set { $0.faults = [:] }
            _ = try await controller.sweep(SweepRequest())
            let finding = try await exposure(controller)
            #expect((finding?.cause, finding?.mode) == (.intended, .propose))
            #expect(try await enforced(controller) == 0)
        }
    }

    @Test("drift that a policy's date brings is intended, and nothing is drift before")
    func dated() async throws {
        try await run(exposed: false) { controller, _, clock in
            let dated = Self.careful + "\n    from: 2027-01-15T12:00Z\n    grace: 1d\n"
            _ = try await controller.apply(policies: files(dated), by: Requester(name: "t"))
            #expect(try await exposure(controller) == nil)
            clock.pass(5 * 3600)
            _ = try await controller.sweep(SweepRequest())
            #expect(try await exposure(controller) == nil, "what was wanted before complies in the grace period")
            #expect(try await controller.explain(buildL1).settings.first?.standing == .grace)
            clock.pass(86_400)
            _ = try await controller.sweep(SweepRequest())
            let finding = try await exposure(controller)
            #expect((finding?.cause, finding?.mode) == (.intended, .propose))
        }
    }

    @Test("a preview tells whose mode would change, and plans by the modes that would hold")
    func preview() async throws {
        try await run(exposed: true) { controller, _, _ in
            let tighter = """
                policies:
                  - name: p
                    select: {paths: [rack7/build-l1]}
                    desire: {exposure: hidden}
                    mode: audit
                    modes:
                      - {select: {levels: [1]}, mode: propose, reason: of L0}
                """
            let preview = try await controller.preview(policies: files(tighter))
            #expect(preview.modes.map { [$0.before, $0.finding.mode] } == [[.audit, .propose]])
            #expect(preview.plan.items.map(\.path) == [buildL1])
            #expect(try await controller.plan(Selection()).plan.items == [])
        }
    }

    @Test("the explanation of a place that is not there is an error of the API")
    func unknownPath() async throws {
        try await run(exposed: true) { controller, _, _ in
            let here = try await controller.explain(buildL1)
            #expect(here.path == buildL1)
            let error = await #expect(throws: APIError.self) { try await controller.explain(NodePath(names: ["x"])!) }
            #expect(error?.code == "path-unknown")
        }
    }
}
