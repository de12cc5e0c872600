import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("Adopting what was found")
struct AdoptionUseTests {
    private let by = Requester(name: "t")

    private func wide(_ mode: PolicyMode = .enforce) -> Policy {
        Policy(
            name: "everywhere", selector: PolicySelector(paths: ["rack7/**"]), desired: DesiredSettings(exposure: true),
            mode: mode)
    }

    /// build-l1 is to be exposed, and is not.
    private func run(
        _ policies: [Policy], _ body: (FleetController, TestTime) async throws -> Void
    ) async throws {
        let clock = TestTime()
        let bench = try await Bench(ScriptedFleet(l1Exposed: false, innerRuns: false), policies: policies)
        try await bench.run(at: clock) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            try await body(controller, clock)
        }
    }

    private func apply(_ text: String, to controller: FleetController) async throws -> ApplyAnswer {
        try await controller.apply(
            policies: ApplyRequest(files: [DocumentFile(name: "adopted.yaml", text: text)]), by: by)
    }

    private static let id = "drift:rack7/build-l1:exposure"

    @Test("gives a file that changes nothing, and that closes the finding and no other once it is applied")
    func added() async throws {
        try await run([wide()]) { controller, _ in
            let before = try await controller.findings(path: nil, resolved: true)
            let policies = try await controller.policies()
            let answer = try await controller.adopt(AdoptRequest(finding: Self.id))
            #expect((answer.change, answer.name) == ("added", "adopted-rack7-build-l1-exposure"))
            #expect(answer.preview.closes.map(\.id) == [Self.id])
            #expect((answer.preview.opens, answer.preview.exempts) == ([], []))
            #expect(answer.text.contains("#   - rack7/build-l1: exposure of rack7/build-l1 is hidden"))
            #expect(try await controller.findings(path: nil, resolved: true) == before)
            #expect(try await controller.policies() == policies)
            #expect(try await controller.audit(limit: 10) == [])
            let applied = try await apply(answer.text, to: controller)
            #expect((applied.added, applied.changed, applied.warnings) == ([answer.name], [], []))
            let after = try await controller.findings(path: nil, resolved: false)
            #expect(after.map(\.id) == before.map(\.id).filter { $0 != Self.id })
            #expect(try await controller.policies().policies.map(\.priority) == [0, 1])
        }
    }

    @Test("changes a policy that is about this node alone")
    func changed() async throws {
        try await run([policy(exposure: true)]) { controller, _ in
            let answer = try await controller.adopt(AdoptRequest(finding: "rack7/build-l1"))
            #expect((answer.change, answer.name) == ("changed", "p"))
            let applied = try await apply(answer.text, to: controller)
            #expect((applied.added, applied.changed) == ([], ["p"]))
            #expect(try await controller.findings(path: buildL1, resolved: false) == [])
        }
    }

    @Test("or exempts the found value until its end")
    func exempted() async throws {
        try await run([wide()]) { controller, clock in
            let wish = ExemptionWish(owner: "alice", reason: "old: image #1", until: "2027-01-15T18:00 Europe/Berlin")
            let answer = try await controller.adopt(AdoptRequest(finding: Self.id, exemption: wish))
            #expect(answer.change == "exempted")
            // A list of no policies would say that there shall be none, to whoever prunes.
            #expect(!answer.text.contains("policies:"))
            #expect(answer.preview.exempts.map(\.id) == [Self.id])
            _ = try await apply(answer.text, to: controller)
            let held = try await controller.findings(path: nil, resolved: false, exempted: true)
            #expect(held.map(\.id) == [Self.id])
            #expect(held.first?.exemption?.reason == "old: image #1")
            #expect(held.first?.exemption?.until.text == "2027-01-15T18:00 Europe/Berlin")
            let again = await #expect(throws: APIError.self) {
                try await controller.adopt(AdoptRequest(finding: Self.id))
            }
            #expect(again?.sentence.contains("exempted already") == true)
            clock.pass(9 * 3600)
            #expect(try await controller.driftReport().new.contains { $0.id == Self.id })
        }
    }

    @Test("what can't be adopted is refused with the way out")
    func refused() async throws {
        try await run([wide()]) { controller, _ in
            for (request, code, part) in [
                (AdoptRequest(finding: "nothing"), "finding-unknown", "there is no open finding"),
                (
                    AdoptRequest(
                        finding: Self.id, exemption: ExemptionWish(owner: " ", reason: "r", until: "2027-02-01T00:00Z")),
                    "exemption-incomplete", "its owner"
                ),
                (
                    AdoptRequest(finding: Self.id, exemption: ExemptionWish(owner: "o", reason: "r", until: "soon")),
                    "time-invalid", "'soon'"
                ),
                (
                    AdoptRequest(
                        finding: Self.id, exemption: ExemptionWish(owner: "o", reason: "r", until: "2020-02-01T00:00Z")),
                    "finding-not-adoptable", "the exemption is over"
                ),
                (
                    AdoptRequest(
                        finding: Self.id, exemption: ExemptionWish(owner: "o", reason: "r", until: "2037-02-01T00:00Z")),
                    "finding-not-adoptable", "more than 366 days"
                ),
            ] {
                let error = await #expect(throws: APIError.self) { try await controller.adopt(request) }
                #expect(error?.code == code)
                #expect(error?.sentence.contains(part) == true, "\(error?.sentence ?? "")")
                #expect(error?.remedy.isEmpty == false)
            }
        }
    }
}
