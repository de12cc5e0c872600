import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("Exemptions of the fleet")
struct ExemptionUseTests {
    private static let exemption = """
        exemptions:
          - name: legacy
            select: {guests: [build-l1]}
            settings: [exposure]
            owner: alice
            reason: old image
            expires: 2027-01-15T18:00 Europe/Berlin
        """

    private func files(_ text: String) -> ApplyRequest {
        ApplyRequest(files: [DocumentFile(name: "e.yaml", text: text)])
    }

    /// build-l1 is to be exposed, and is not.
    private func run(_ body: (FleetController, Bench, TestTime) async throws -> Void) async throws {
        let clock = TestTime()
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: false), policies: [policy(exposure: true, mode: .enforce)])
        try await bench.run(at: clock) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            try await body(controller, bench, clock)
        }
    }

    @Test("enter by files, with their audit record, and their findings are no drift and not corrected")
    func applied() async throws {
        try await run { controller, bench, _ in
            #expect(try await controller.findings(path: buildL1, resolved: false).count == 1)
            let answer = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "alice"))
            #expect((answer.revision, answer.added) == (2, ["exemption legacy"]))
            #expect(try await controller.audit(limit: 1).first?.detail.contains("added [exemption legacy]") == true)
            #expect(try await controller.findings(path: buildL1, resolved: false) == [])
            let exempted = try await controller.findings(path: nil, resolved: false, exempted: true)
            #expect(exempted.map(\.path) == [buildL1])
            #expect(exempted.first?.exemption?.owner == "alice")
            await controller.enforce()
            await controller.untilIdle()
            #expect(try await controller.remediations() == [])
            #expect(try await controller.plan(Selection()).plan.items == [])
            #expect(try await controller.plan(Selection()).plan.blocked == [])
            #expect(!bench.fleet.now.l1Exposed)
        }
    }

    @Test("end at their time: the finding opens again, is in the next report as new, and says why")
    func expired() async throws {
        try await run { controller, _, clock in
            _ = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "alice"))
            #expect(try await controller.driftReport().new.filter { $0.setting == .exposure } == [])
            clock.pass(9 * 3600)
            let report = try await controller.driftReport()
            let new = report.new.filter { $0.setting == .exposure && $0.kind == .drift }
            #expect(new.map(\.path) == [buildL1])
            #expect(new.first?.sentence.contains("exemption 'legacy' (alice: old image) no longer holds") == true)
            #expect(try await controller.findings(path: nil, resolved: false, exempted: true) == [])
            await controller.enforce()
            await controller.untilIdle()
            #expect(try await controller.remediations().map(\.state) == [.succeeded])
        }
    }

    @Test("that still hold when their finding ends are no reason not to tell that it did")
    func endedMeanwhile() async throws {
        try await run { controller, bench, _ in
            _ = try await controller.driftReport()
            _ = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "alice"))
            let held = try await controller.driftReport()
            #expect((held.new + held.persisting + held.resolved).filter { $0.setting == .exposure } == [])
            bench.fleet.set {
                $0.l1Exposed = true
                $0.l1Sees = .svm
            }
            let ended = try await controller.driftReport()
            #expect(ended.resolved.filter { $0.setting == .exposure }.map(\.path) == [buildL1])
            #expect(ended.counts.resolved == ended.resolved.count)
            #expect(try await controller.driftReport().resolved == [], "an end is told once")
        }
    }

    @Test("that are over, or too long by the settings, are refused with their place, and nothing is changed")
    func refused() async throws {
        try await run { controller, _, _ in
            for (end, part) in [("2027-01-15T08:00Z", "is over"), ("2028-02-01T00:00Z", "more than 366 days")] {
                let text = Self.exemption.replacing("2027-01-15T18:00 Europe/Berlin", with: end)
                let error = await #expect(throws: APIError.self) {
                    try await controller.apply(policies: files(text), by: Requester(name: "t"))
                }
                #expect(error?.faults.map(\.line) == [7])
                #expect(error?.faults.first?.sentence.contains(part) == true)
            }
            let revision = try await controller.policies().revision
            #expect(revision == 1)
        }
    }

    @Test("that are stored and have ended since are no fault of the files that hold them, and are named")
    func overSince() async throws {
        try await run { controller, _, clock in
            _ = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "alice"))
            clock.pass(9 * 3600)
            let again = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "pipeline"))
            #expect((again.revision, again.changed) == (2, []))
            #expect(
                again.warnings == [
                    "exemption 'legacy' (e.yaml:2) is over since 2027-01-15T18:00 Europe/Berlin; take it out"
                ])
            let other = Self.exemption.replacing("T18:00", with: "T17:00")
            let error = await #expect(throws: APIError.self) {
                try await controller.apply(policies: files(other), by: Requester(name: "pipeline"))
            }
            #expect(error?.faults.map(\.line) == [7])
        }
    }

    @Test("that select nothing are a warning, and a file that prunes takes them away again")
    func warned() async throws {
        try await run { controller, _, _ in
            let idle = Self.exemption.replacing("build-l1", with: "nobody")
            let answer = try await controller.apply(policies: files(idle), by: Requester(name: "t"))
            #expect(answer.warnings == ["exemption 'legacy' (e.yaml:2) selects nothing that is there now"])
            var prune = files("policies: []\n")
            prune.prune = true
            #expect(
                try await controller.apply(policies: prune, by: Requester(name: "t")).removed == [
                    "p", "exemption legacy",
                ])
        }
    }

    @Test("are seen in a preview, which tells what they would hold and what would be corrected then")
    func previewed() async throws {
        try await run { controller, _, _ in
            let preview = try await controller.preview(policies: files(Self.exemption))
            #expect(preview.exempts.map(\.path) == [buildL1])
            #expect((preview.opens, preview.closes, preview.plan.items) == ([], [], []))
            #expect(try await controller.findings(path: nil, resolved: false, exempted: true) == [])
            _ = try await controller.apply(policies: files(Self.exemption), by: Requester(name: "t"))
            let pinned = Self.exemption + "\n    accepts: {exposure: exposed}\n"
            let opens = try await controller.preview(policies: files(pinned)).opens
            #expect(opens.map(\.path) == [buildL1])
            #expect(opens.first?.sentence.contains("it accepts exposed alone") == true)
        }
    }

    @Test("and so is a mode for nodes that are not there")
    func idleModes() async throws {
        try await run { controller, _, _ in
            let text = """
                policies:
                  - name: modes
                    priority: 7
                    select: {all: true}
                    desire: {maximum-vcpus: 1}
                    modes:
                      - {select: {guests: ["build-*"]}, mode: propose, reason: r}
                      - {select: {guests: [biuld-l1]}, mode: enforce, reason: r}
                """
            let answer = try await controller.apply(policies: files(text), by: Requester(name: "t"))
            #expect(answer.warnings == ["a mode of policy 'modes' (e.yaml:8) selects nothing that is there now"])
        }
    }
}
