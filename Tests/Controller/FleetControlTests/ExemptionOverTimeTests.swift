import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

@testable import FleetControl

@Suite("An exemption, over time")
struct ExemptionOverTimeTests {
    private let alice = Requester(name: "alice")
    private static let id = "drift:rack7/build-l1:exposure"

    /// build-l1 is to be exposed, and is not.
    private func run(
        mode: PolicyMode = .propose, drift: DriftRules = DriftRules(),
        _ body: (FleetController, ScriptedFleet, TestTime) async throws -> Void
    ) async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: mode)])
        try await bench.run(at: time, drift: drift) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            try await body(controller, fleet, time)
        }
    }

    private func setByHand(_ fleet: ScriptedFleet, exposed: Bool) {
        fleet.set {
            $0.l1Exposed = exposed
            $0.l1Sees = exposed ? .svm : .none
            $0.l1Boot += 1
        }
    }

    private func exempt(_ controller: FleetController, until time: Date) async throws {
        let text = """
            exemptions:
              - name: legacy
                select: {guests: [build-l1]}
                settings: [exposure]
                owner: alice
                reason: old image
                expires: \(time.formatted(.iso8601))
            """
        let request = ApplyRequest(files: [DocumentFile(name: "e.yaml", text: text)])
        _ = try await controller.apply(policies: request, by: alice)
    }

    private func found(_ controller: FleetController, exempted: Bool = false) async throws -> Finding? {
        _ = try await controller.sweep(SweepRequest())
        return try await controller.findings(path: buildL1, resolved: false, exempted: exempted)
            .first { $0.id == Self.id }
    }

    private func kinds(_ controller: FleetController) async throws -> [HistoryKind] {
        try await controller.history(of: buildL1, since: nil, limit: 100).filter { $0.finding == Self.id }.map(\.kind)
    }

    @Test("neither ends a finding nor lets it come back, and what was acknowledged before it is to be seen after it")
    func uncounted() async throws {
        try await run { controller, _, time in
            let first = try #require(try await found(controller))
            _ = try await controller.acknowledge(AcknowledgeRequest(finding: Self.id, note: "n"), by: alice)
            time.pass(100)
            try await exempt(controller, until: time.now.addingTimeInterval(1_000))
            let held = try #require(try await found(controller, exempted: true))
            #expect(held.firstSeen == first.firstSeen)
            #expect(held.recurrence == nil && held.acknowledgement == nil && !held.countsAsDrift)
            time.pass(1_000)
            let again = try #require(try await found(controller))
            #expect(again.firstSeen == first.firstSeen)
            #expect(again.recurrence == nil && again.countsAsDrift)
            #expect(try await kinds(controller) == [.exemptionEnded, .exempted, .acknowledged, .opened])
        }
    }

    @Test("lets what ended and comes back under it come back uncounted, and keeps what was counted before")
    func regressed() async throws {
        try await run { controller, fleet, time in
            for exposed in [true, false, true] {
                time.pass(10)
                setByHand(fleet, exposed: exposed)
                _ = try await found(controller)
            }
            try await exempt(controller, until: time.now.addingTimeInterval(1_000))
            time.pass(10)
            setByHand(fleet, exposed: false)
            let held = try #require(try await found(controller, exempted: true))
            #expect(held.recurrence?.times == 1 && !held.isRegressed)
            time.pass(1_000)
            #expect(try await found(controller)?.recurrence?.times == 1)
            #expect(
                try await kinds(controller) == [
                    .exemptionEnded, .exempted, .resolved, .regressed, .resolved, .opened,
                ])
        }
    }

    @Test("lets a contest rest: nothing is corrected while it holds, and it is still a person's to settle afterwards")
    func contested() async throws {
        let rules = DriftRules(contest: ContestRule(after: 2, within: 3_600))
        try await run(mode: .enforce, drift: rules) { controller, fleet, time in
            for _ in 1...2 {
                try await controller.sweepAndEnforce()
                #expect(fleet.now.l1Exposed)
                time.pass(60)
                setByHand(fleet, exposed: false)
            }
            #expect(try await found(controller)?.isContested == true)
            try await exempt(controller, until: time.now.addingTimeInterval(100_000))
            #expect(try await found(controller, exempted: true)?.isContested == false)
            let plan = try await controller.plan(Selection()).plan
            #expect(plan.items.isEmpty && plan.blocked.isEmpty)
            let error = await #expect(throws: APIError.self) {
                try await controller.settle(SettleRequest(finding: Self.id), by: alice)
            }
            #expect(error?.code == "finding-unknown")
            time.pass(100_000)
            try await controller.sweepAndEnforce()
            #expect(try await found(controller)?.isContested == true)
            #expect(!fleet.now.l1Exposed)
            #expect(try await controller.remediations().count == 2)
            _ = try await controller.settle(SettleRequest(finding: Self.id), by: alice)
            try await controller.sweepAndEnforce()
            #expect(fleet.now.l1Exposed)
            #expect(try await kinds(controller).count { $0 == .contested } == 1)
        }
    }

    @Test("holds what would have been contested, and no contest opens while it does")
    func notContested() async throws {
        let rules = DriftRules(contest: ContestRule(after: 2, within: 3_600))
        try await run(mode: .enforce, drift: rules) { controller, fleet, time in
            for _ in 1...2 {
                try await controller.sweepAndEnforce()
                time.pass(60)
            }
            try await exempt(controller, until: time.now.addingTimeInterval(1_000))
            setByHand(fleet, exposed: false)
            let held = try #require(try await found(controller, exempted: true))
            #expect(held.contest == nil)
        }
    }

    @Test("takes its guest out of those that a failed correction is tried again for")
    func retried() async throws {
        try await run(mode: .enforce) { controller, fleet, time in
            try await exempt(controller, until: time.now.addingTimeInterval(1_000))
            let now = time.now
            try await controller.record { (work) throws(StoreFailure) in
                var troubled = TroubledGuests()
                troubled.failed(buildL1, remediation: "r", sentence: "s", remedy: "", at: now, RetryRule())
                try work.put(troubled, as: .troubledGuests)
            }
            let open = try await controller.findings(path: nil, resolved: false)
            #expect(try await controller.turn(among: [], open, at: now, RetryRule()) == [])
            #expect(try await controller.troubledGuests().guests.isEmpty)
            #expect(!fleet.now.l1Exposed)
        }
    }
}
