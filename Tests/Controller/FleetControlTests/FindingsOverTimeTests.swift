import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A finding over time")
struct FindingsOverTimeTests {
    private let alice = Requester(name: "alice (uid 1000)")
    private static let id = "drift:rack7/build-l1:exposure"

    private func setByHand(_ fleet: ScriptedFleet, exposed: Bool) {
        fleet.set {
            $0.l1Exposed = exposed
            $0.l1Sees = exposed ? .svm : .none
            $0.l1Boot += 1
        }
    }

    private func found(_ controller: FleetController) async throws -> Finding? {
        _ = try await controller.sweep(SweepRequest())
        return try await controller.findings(path: buildL1, resolved: false).first { $0.id == Self.id }
    }

    @Test("that comes back keeps its first day, says how often, and is in the guest's history")
    func regresses() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run(at: time) { (controller: FleetController) async throws in
            let first = try #require(try await found(controller))
            #expect(first.recurrence == nil)
            for times in 1...2 {
                time.pass(100)
                setByHand(fleet, exposed: true)
                #expect(try await found(controller) == nil)
                time.pass(100)
                setByHand(fleet, exposed: false)
                let again = try #require(try await found(controller))
                #expect(again.firstSeen == first.firstSeen)
                #expect(again.recurrence?.times == times)
                #expect(again.recurrence?.openedAgain == time.now)
                #expect(again.recurrence?.lastResolved == time.now.addingTimeInterval(-100))
            }
            let kinds = try await controller.history(of: buildL1, since: nil, limit: 100)
                .filter { $0.finding == Self.id }.map(\.kind)
            #expect(kinds == [.regressed, .resolved, .regressed, .resolved, .opened])
        }
    }

    @Test("is acknowledged by a person, with note and end, and counts again afterwards")
    func acknowledged() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        try await bench.run(at: time) { (controller: FleetController) async throws in
            _ = try await found(controller)
            let request = AcknowledgeRequest(
                finding: Self.id, note: "until the move\n", until: time.now.addingTimeInterval(1_000))
            let answer = try await controller.acknowledge(request, by: alice)
            #expect(answer.acknowledgement?.note == "until the move")
            time.pass(999)
            #expect(try await found(controller)?.acknowledgement?.by == alice.name)
            time.pass(1)
            let again = try #require(try await found(controller))
            #expect(again.acknowledgement == nil && again.countsAsDrift)
            // Also by the path alone, without an end, and back.
            _ = try await controller.acknowledge(
                AcknowledgeRequest(finding: "rack7/build-l1", note: "n"), by: alice)
            time.pass(1_000_000)
            #expect(try await found(controller)?.acknowledgement != nil)
            _ = try await controller.unacknowledge(Self.id, by: alice)
            #expect(try await found(controller)?.acknowledgement == nil)
            let audit = try await controller.audit(AuditQuery(action: "drift"))
            #expect(audit.map(\.action) == ["drift.unacknowledge", "drift.acknowledge", "drift.acknowledge"])
            #expect(audit.allSatisfy { $0.subject == Self.id && $0.actor == alice.name })
        }
    }

    @Test("is not acknowledged without a note, until a time that is over, or where there is none")
    func refused() async throws {
        let time = TestTime()
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: false), policies: [policy(exposure: true)])
        try await bench.run(at: time) { (controller: FleetController) async throws in
            _ = try await found(controller)
            let requests = [
                (AcknowledgeRequest(finding: Self.id, note: " "), "note-missing"),
                (AcknowledgeRequest(finding: Self.id, note: "n", until: time.now), "time-past"),
                (AcknowledgeRequest(finding: "rack9", note: "n"), "finding-unknown"),
            ]
            for (request, code) in requests {
                let error = await #expect(throws: APIError.self) {
                    try await controller.acknowledge(request, by: alice)
                }
                #expect(error?.code == code)
            }
            let none = await #expect(throws: APIError.self) { try await controller.unacknowledge(Self.id, by: alice) }
            #expect(none?.code == "not-acknowledged")
            let settled = await #expect(throws: APIError.self) {
                try await controller.settle(SettleRequest(finding: Self.id), by: alice)
            }
            #expect(settled?.code == "store-conflict")
            #expect(try await controller.audit(AuditQuery(action: "drift")).isEmpty)
        }
    }

    @Test("that another tool opens again and again is corrected no more, until a person settles it")
    func contested() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce)])
        let rules = DriftRules(contest: ContestRule(after: 3, within: 3_600))
        try await bench.run(at: time, drift: rules) { (controller: FleetController) async throws in
            for count in 1...3 {
                try await controller.sweepAndEnforce()
                #expect(fleet.now.l1Exposed)
                #expect(try await controller.remediations().count == count)
                time.pass(60)
                setByHand(fleet, exposed: false)
            }
            for _ in 0..<3 {
                try await controller.sweepAndEnforce()
                time.pass(10_000)
            }
            #expect(!fleet.now.l1Exposed)
            #expect(try await controller.remediations().count == 3)
            let finding = try #require(try await found(controller))
            #expect(finding.contest?.corrections.count == 3)
            let plan = try await controller.plan(Selection()).plan
            #expect(plan.items.isEmpty)
            #expect(plan.blocked.contains { $0.code == "contested" })
            // Nor where the other tool pauses for a while.
            setByHand(fleet, exposed: true)
            #expect(try await found(controller) == nil)
            setByHand(fleet, exposed: false)
            try await controller.sweepAndEnforce()
            #expect(try await controller.remediations().count == 3)
            _ = try await controller.settle(SettleRequest(finding: Self.id, note: "cron job"), by: alice)
            try await controller.sweepAndEnforce()
            #expect(fleet.now.l1Exposed)
            let kinds = try await controller.history(of: buildL1, since: nil, limit: 100).map(\.kind)
            #expect(kinds.count { $0 == .contested } == 1)
            #expect(kinds.count { $0 == .corrected } == 4)
            #expect(kinds.count { $0 == .settled } == 1)
        }
    }

    @Test("is one of several at a path, where only settling is about all of them")
    func ambiguous() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        var both = policy(exposure: true)
        both.desired.maximumVCPUs = 8
        let bench = try await Bench(fleet, policies: [both])
        let rules = DriftRules(contest: ContestRule(after: 2, within: 3_600))
        try await bench.run(at: time, drift: rules) { (controller: FleetController) async throws in
            _ = try await found(controller)
            let open = try await controller.findings(path: buildL1, resolved: false).filter { $0.kind == .drift }
            let entries = (open + open).map { HistoryEntry(.corrected, $0, at: time.now, remediation: "r") }
            try await bench.store.record { (work) throws(StoreFailure) in try work.add(history: entries) }
            _ = try await found(controller)
            func contested() async throws -> Int {
                try await controller.findings(path: buildL1, resolved: false).count { $0.contest != nil }
            }
            #expect(try await contested() == 2)
            let error = await #expect(throws: APIError.self) {
                try await controller.acknowledge(AcknowledgeRequest(finding: "rack7/build-l1", note: "n"), by: alice)
            }
            #expect(error?.code == "finding-ambiguous")
            #expect(error?.remedy.contains(Self.id) == true)
            _ = try await controller.settle(SettleRequest(finding: Self.id), by: alice)
            #expect(try await contested() == 1)
            _ = try await found(controller)
            #expect(try await contested() == 1)
            _ = try await controller.settle(SettleRequest(finding: "rack7/build-l1"), by: alice)
            _ = try await found(controller)
            #expect(try await contested() == 0)
        }
    }

    @Test("of a setting that drifts seldom enough is corrected each time")
    func seldom() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce)])
        let rules = DriftRules(contest: ContestRule(after: 2, within: 3_600))
        try await bench.run(at: time, drift: rules) { (controller: FleetController) async throws in
            for _ in 0..<4 {
                try await controller.sweepAndEnforce()
                #expect(fleet.now.l1Exposed)
                time.pass(3_601)
                setByHand(fleet, exposed: false)
            }
        }
    }
}
