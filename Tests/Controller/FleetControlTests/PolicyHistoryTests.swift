import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("The history of the policies")
struct PolicyHistoryTests {
    private func files(_ text: String, prune: Bool = false) -> ApplyRequest {
        ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)], prune: prune)
    }

    private static let hide = """
        policies:
          - name: hide
            priority: 4
            select: {all: true}
            desire: {exposure: hidden}
        exemptions:
          - name: e
            select: {all: true}
            settings: [exposure]
            owner: o
            reason: r
            expires: 2027-01-15T12:00Z
        """

    /// Revision 1 wants build-l1 exposed, 2 adds `hide`, 3 changes it and takes the exemption away.
    private func run(_ body: (FleetController, Bench, TestTime) async throws -> Void) async throws {
        let clock = TestTime()
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
        try await bench.run(at: clock) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            _ = try await controller.apply(policies: files(Self.hide), by: Requester(name: "alice"))
            clock.pass(60)
            let text = "policies: [{name: hide, select: {all: true}, desire: {exposure: hidden}, priority: 9}]\n"
            _ = try await controller.apply(policies: files(text, prune: true), by: Requester(name: "bob"))
            try await body(controller, bench, clock)
        }
    }

    @Test("has every revision with who, when and what it changed")
    func history() async throws {
        try await run { controller, _, clock in
            let rows = try await controller.policyHistory(limit: 50)
            #expect(rows.map(\.revision) == [3, 2, 1])
            #expect(rows.map(\.by) == ["bob", "alice", nil])
            #expect(rows[0].at == clock.now)
            #expect((rows[0].changed, rows[0].removed) == (["hide"], ["p", "exemption e"]))
            #expect(rows[1].added == ["hide", "exemption e"])
            #expect(rows[2].added == ["p"])
            // What a revision changed is told by the one before it, also where that is not shown.
            #expect(try await controller.policyHistory(limit: 1) == [rows[0]])
            #expect(try await controller.policies(revision: 2).exemptions.map(\.name) == ["e"])
        }
    }

    @Test("can be tried before a rollback: what an old revision would do now, and nothing is changed")
    func previewed() async throws {
        try await run { controller, _, clock in
            let before = try await controller.findings(path: nil, resolved: false)
            #expect(before.filter { $0.path == buildL1 && $0.kind == .drift }.map(\.policy) == ["hide"])
            let held = try await controller.preview(revision: 2)
            #expect(held.exempts.contains { $0.path == buildL1 } && held.warnings == [])
            let first = try await controller.preview(revision: 1)
            #expect(first.closes.contains { $0.path == buildL1 } && first.opens == [])
            #expect(try await controller.preview(revision: 3).closes == [])
            clock.pass(5 * 3600)
            let late = try await controller.preview(revision: 2)
            #expect(late.exempts == [])
            #expect(late.warnings.contains { $0.contains("exemption 'e' is over since") })
            #expect(try await controller.findings(path: nil, resolved: false) == before)
            #expect(try await controller.policies().revision == 3)
            let unknown = await #expect(throws: APIError.self) { try await controller.preview(revision: 9) }
            #expect(unknown?.code == "revision-unknown")
            _ = try await controller.rollback(
                policies: PolicyRollbackRequest(revision: 1), by: Requester(name: "t"))
            let after = Set(try await controller.findings(path: nil, resolved: false).map(\.id))
            #expect(after == Set(before.map(\.id)).subtracting(first.closes.map(\.id)))
        }
    }

    @Test("tells what differs between two revisions, line by line")
    func difference() async throws {
        try await run { controller, _, _ in
            let difference = try await controller.policyDifference(from: 2, to: nil)
            #expect((difference.from, difference.to) == (2, 3))
            #expect(
                difference.entries.map { "\($0.name) \($0.change)" } == [
                    "hide changed", "p removed", "exemption e removed",
                ])
            #expect(difference.entries[0].lines.filter { !$0.hasPrefix("  ") } == ["- priority: 4", "+ priority: 9"])
            #expect(difference.entries[1].lines.allSatisfy { $0.hasPrefix("- ") })
            #expect(try await controller.policyDifference(from: 3, to: 3).entries == [])
            let backwards = try await controller.policyDifference(from: 3, to: 2)
            #expect(backwards.entries.last?.lines.filter { !$0.hasPrefix("  ") } == ["- priority: 9", "+ priority: 4"])
            #expect(try await controller.policyDifference(from: 0, to: 1).entries.map(\.change) == ["added"])
            let error = await #expect(throws: APIError.self) { try await controller.policyDifference(from: 9, to: nil) }
            #expect(error?.code == "revision-unknown")
        }
    }

    @Test("is rolled back by a new revision with the old content, under the name of whoever asks")
    func rollback() async throws {
        try await run { controller, _, clock in
            let answer = try await controller.rollback(
                policies: PolicyRollbackRequest(revision: 2, expectedRevision: 3), by: Requester(name: "carol"))
            #expect((answer.revision, answer.added) == (4, ["p", "exemption e"]))
            let (now, then) = (try await controller.policies(), try await controller.policies(revision: 2))
            #expect((now.policies, now.exemptions) == (then.policies, then.exemptions))
            #expect((now.by, now.note) == ("carol", "rollback to revision 2"))
            let audit = try await controller.audit(limit: 1)
            #expect(audit.map { "\($0.actor) \($0.action)" } == ["carol policy.rollback"])
            #expect(audit[0].detail.hasPrefix("revision 4, rollback to revision 2: added [p, exemption e]"))
            #expect(audit[0].detail.contains("hide: priority 9 → 4"), "as told of files: \(audit[0].detail)")
            #expect(try await controller.findings(path: buildL1, resolved: false, exempted: true).count == 1)
            #expect(try await controller.findings(path: buildL1, resolved: false) == [])
            // The same again changes nothing, and makes no revision.
            let again = try await controller.rollback(
                policies: PolicyRollbackRequest(revision: 2), by: Requester(name: "carol"))
            #expect(again.revision == 4)
            clock.pass(86_400)
            _ = try await controller.rollback(policies: PolicyRollbackRequest(revision: 3), by: Requester(name: "c"))
            let late = try await controller.rollback(
                policies: PolicyRollbackRequest(revision: 2), by: Requester(name: "c"))
            #expect(late.warnings == ["exemption 'e' is over since 2027-01-15T12:00Z"])
        }
    }

    @Test("is not rolled back over what somebody else did meanwhile, nor to what never was")
    func refused() async throws {
        try await run { controller, _, _ in
            let stale = await #expect(throws: APIError.self) {
                try await controller.rollback(
                    policies: PolicyRollbackRequest(revision: 1, expectedRevision: 2), by: Requester(name: "c"))
            }
            #expect(stale?.code == "revision-changed")
            let unknown = await #expect(throws: APIError.self) {
                try await controller.rollback(policies: PolicyRollbackRequest(revision: 9), by: Requester(name: "c"))
            }
            #expect(unknown?.code == "revision-unknown")
            let revision = try await controller.policies().revision
            #expect(revision == 3)
        }
    }

    @Test("A policy of what a guest has is taken as it is, and finds nothing there")
    func fromGuest() async throws {
        try await run { controller, bench, _ in
            let file = try await controller.policyFile(of: buildL1)
            _ = try await controller.apply(policies: files(file.text, prune: true), by: Requester(name: "t"))
            #expect(try await controller.policies().policies.map(\.name) == ["as-rack7-build-l1"])
            #expect(try await controller.policies().policies[0].desired.exposure == true)
            #expect(try await controller.findings(path: buildL1, resolved: false).filter { $0.policy != nil } == [])
            bench.fleet.set { ($0.l1Exposed, $0.l1Sees) = (false, .none) }
            _ = try await controller.sweep(SweepRequest())
            let found = try await controller.findings(path: buildL1, resolved: false).filter { $0.kind == .drift }
            #expect(found.map(\.setting) == [.exposure])
            let error = await #expect(throws: APIError.self) {
                try await controller.policyFile(of: NodePath(names: ["x"])!)
            }
            #expect(error?.code == "path-unknown")
        }
    }

    @Test("goes out as one file of any revision, which is taken back as the same")
    func exported() async throws {
        try await run { controller, _, clock in
            let old = try await controller.exportPolicies(revision: 2)
            #expect(old.text.hasPrefix("# revision 2, made by alice\npolicies:"))
            #expect(old.warnings == [])
            var request = files(old.text, prune: true)
            request.expectedRevision = 3
            #expect(try await controller.apply(policies: request, by: Requester(name: "carol")).revision == 4)
            #expect(try await controller.policyDifference(from: 2, to: nil).entries == [])
            let newest = try await controller.exportPolicies(revision: nil)
            #expect(newest.text.split(separator: "\n").dropFirst() == old.text.split(separator: "\n").dropFirst())
            clock.pass(400 * 86_400)
            #expect(
                try await controller.exportPolicies(revision: 2).warnings.first?.contains("'e' is over since") == true)
        }
    }
}
