import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@Suite("drift of a real guest over time", .serialized, .enabled(if: PrivateLibvirt.isInstalled))
struct DriftOverTimeTests {
    private static let policy = """
        policies:
          - name: wanted
            select: {paths: ["rack7/idle"]}
            desire: {exposure: exposed}
            mode: enforce
        """

    @Test("what another tool sets back each time is left to a person, who acknowledges it, and settles it")
    func contested() async throws {
        let fleet = try await Fleet.start(["sweep.interval": "1s", "remediation.contested-after": "2"])
        let guest = SmallGuest(name: "idle")
        let bench = try await QemuHost("rack7", fleet, guests: [guest])
        defer { bench.end() }
        func isExposed() throws -> Bool {
            try bench.libvirt.virsh("dumpxml", "--inactive", "idle").contains("<feature policy='require' name='svm'/>")
        }
        #expect(try await fleet.apply(Self.policy).code == 0)
        // The other tool.
        var finding: Finding?
        try await eventually("it is contested", within: .seconds(120)) {
            let runs: [Remediation] = try await fleet.ask("remediation", "list")
            if try runs.allSatisfy({ $0.state != .running }) && isExposed() { try bench.libvirt.define(guest) }
            finding = try await fleet.findings().first { $0.contest != nil }
            return finding != nil
        }
        #expect(finding?.contest?.corrections.count == 2)
        #expect(finding?.recurrence != nil)
        #expect(try await fleet.ask("remediation", "list", as: [Remediation].self).count == 2)
        let plan: PlanAnswer = try await fleet.ask("plan")
        #expect(plan.plan.items.isEmpty)
        #expect(plan.plan.blocked.map(\.code) == ["contested"])

        #expect(try await fleet.nestor("drift").code == 2)
        #expect(try await fleet.nestor("drift", "ack", "rack7/idle", "--note", "INC-1", "--until", "7d").code == 0)
        let seen = try await fleet.nestor("drift")
        #expect(seen.code == 0)
        #expect(seen.output.contains("Acknowledged") && seen.output.contains("INC-1"), "\(seen)")

        #expect(try await fleet.nestor("drift", "settle", "rack7/idle", "--note", "it is gone").code == 0)
        try await eventually("it is corrected again", within: .seconds(60)) { try isExposed() }
        try await eventually("it is resolved", within: .seconds(60)) {
            try await fleet.findings().allSatisfy { $0.path.name != "idle" }
        }
        let history: [HistoryEntry] = try await fleet.ask("history", "rack7/idle")
        #expect(history.count { $0.kind == .corrected } == 3, "\(history)")
        #expect(history.count { $0.kind == .contested } == 1)
        #expect(history.contains { $0.facts?.exposure == .known(false) })
        let text = try await fleet.nestor("history", "rack7/idle")
        #expect(text.output.contains("exposure hidden → exposed"), "\(text)")
        #expect(text.output.contains("it is gone"), "\(text)")
    }

    @Test("the head of the audit log that nestord's own log has is found in the log after a kill -9")
    func anchored() async throws {
        let fleet = try await Fleet.start()
        #expect(try await fleet.nestor("freeze", "--reason", "an audit").code == 0)
        let head = try #require(try await fleet.ask("status", as: StatusAnswer.self).auditHead)
        #expect(try await fleet.nestor("unfreeze").code == 0)
        #expect(fleet.end(SIGKILL) == 137)
        try await fleet.start()
        try await eventually("it is in nestord's log") { fleet.log.contains("audit head") }
        let whole = try await fleet.nestor("audit", "verify", "--expect-head", head.hash)
        #expect(whole.code == 0, "\(whole)")
        #expect(whole.output.contains("record \(head.number)"), "\(whole)")
        let cut = try await fleet.nestor(
            "audit", "verify", "--expect-head", String(repeating: "0", count: 64))
        #expect(cut.code == 1, "\(cut)")
    }
}
