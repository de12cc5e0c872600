import ControllerAPI
import NestingModel
import Testing

@testable import FleetControl

@Suite("Policies from files")
struct PolicyUseTests {
    private static let hide = "policies:\n  - name: hide\n    select: {all: true}\n    desire: {exposure: hidden}\n"

    @Test("every fault of every file is told with its place, and nothing is changed")
    func faults() async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let before = try await controller.policies()
        let wrong =
            "policies:\n  - name: hide\n    select: {all: true}\n    desire: {exposure: maybe}\n    colour: red\n"
        let error = await #expect(throws: APIError.self) {
            try await controller.apply(
                policies: ApplyRequest(files: [
                    DocumentFile(name: "good.yaml", text: Self.hide), DocumentFile(name: "wrong.yaml", text: wrong),
                ]), by: Requester(name: "t"))
        }
        #expect(error?.code == "policies-invalid")
        let places = error?.faults.map { "\($0.file):\($0.line)" } ?? []
        #expect(Set(places).isSuperset(of: ["wrong.yaml:4", "wrong.yaml:5"]), "\(places)")
        #expect(try await controller.policies() == before)
        #expect(try await controller.audit(limit: 10) == [])
        await controller.stop()
        await bench.end()
    }

    @Test("are taken whole with their audit record, and only over the revision that was expected")
    func applied() async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        var request = ApplyRequest(
            files: [DocumentFile(name: "p.yaml", text: Self.hide)], expectedRevision: 7, prune: true)
        let stale = request
        let refused = await #expect(throws: APIError.self) {
            try await controller.apply(policies: stale, by: Requester(name: "alice"))
        }
        #expect(refused?.code == "revision-changed")
        request.expectedRevision = 1
        let answer = try await controller.apply(policies: request, by: Requester(name: "alice"))
        #expect(answer.revision == 2)
        #expect(answer.added == ["hide"])
        #expect(answer.removed == ["p"])
        let audit = try await controller.audit(limit: 10)
        #expect(audit.map { "\($0.actor) \($0.action)" } == ["alice policy.apply"])
        await controller.stop()
        await bench.end()
    }

    @Test("a preview tells what they would open and correct, and changes nothing")
    func preview() async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        _ = try await controller.sweep(SweepRequest())
        let policies = try await controller.policies()
        let findings = try await controller.findings(path: nil, resolved: true)
        let text = Self.hide + "    mode: propose\n"
        let preview = try await controller.preview(
            policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)], prune: true))
        #expect(preview.opens.contains { $0.path == buildL1 && $0.setting == .exposure })
        #expect(preview.plan.items.map(\.path) == [buildL1])
        #expect(try await controller.policies() == policies)
        #expect(try await controller.findings(path: nil, resolved: true) == findings)
        #expect(try await controller.audit(limit: 10) == [])
        #expect(bench.fleet.now.log == [])
        await controller.stop()
        await bench.end()
    }
}
