import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("After a failed correction")
struct RetryTests {
    private let rule = RetryRule(retries: 2, after: 600, leftOutLimit: 2)
    private let day = Date(timeIntervalSince1970: 1_800_000_000)
    private let spare = NodePath(names: ["rack7", "spare"])!

    /// build-l1, whose correction does not hold, and a spare guest; both are to be exposed.
    private func bench() async throws -> Bench {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        fleet.set {
            $0.hasSpare = true
            $0.exposureWorks = false
        }
        return try await Bench(fleet, policies: [policy(exposure: true, mode: .enforce, paths: ["rack7/*"])])
    }

    private func runs(_ controller: FleetController) async throws -> [NodePath] {
        try await controller.remediations().reversed().flatMap { $0.items.map(\.path) }
    }

    @Test("the fleet waits, then that guest alone is tried again, and at last left out with an alert; the others go on")
    func bounded() async throws {
        let (bench, time) = (try await bench(), TestTime())
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            for pause: TimeInterval in [600, 1_200] {
                let before = try await runs(controller)
                #expect(Set(before) == [buildL1])
                time.pass(pause - 1)
                try await controller.sweepAndEnforce()
                #expect(try await runs(controller) == before, "nothing starts before \(pause) s are over")
                let status = try await controller.status(version: "", stateDirectory: "")
                #expect(status.enforcementStopped?.contains("rack7/build-l1 is tried again") == true)
                #expect(status.troubled?.map(\.isLeftOut) == [false])
                time.pass(1)
                try await controller.sweepAndEnforce()
                #expect(try await runs(controller) == before + [buildL1])
            }
            #expect(!bench.fleet.now.spareExposed)
            let status = try await controller.status(version: "", stateDirectory: "")
            #expect(status.troubled?.map(\.path) == [buildL1])
            #expect(status.troubled?.map(\.failures) == [3])
            #expect(status.troubled?.map(\.isLeftOut) == [true])
            try await expectTold(controller, try #require(status.troubled?.first))
            for _ in 0..<3 {
                time.pass(100_000)
                try await controller.sweepAndEnforce()
            }
            #expect(bench.fleet.now.spareExposed)
            #expect(try await runs(controller) == [buildL1, buildL1, buildL1, spare])
            let history = try await controller.history(of: buildL1, since: nil, limit: 100)
            #expect(history.count { $0.kind == .correctionFailed } == 3)
            let audit = try await controller.audit(AuditQuery(action: "remediation.end"))
            #expect(audit.count == 4)
            #expect(audit.first?.detail.contains("exposure hidden → exposed") == true, "\(audit)")
        }
    }

    /// Drift says it of the guest's own findings, as text and as documents, and nothing of it is stored with them.
    private func expectTold(_ controller: FleetController, _ troubled: TroubledGuest) async throws {
        let page = try await controller.findings(FindingQuery())
        #expect(page.findings.map(\.path).contains(spare))
        for finding in page.findings {
            #expect(finding.failedCorrection == (finding.path == buildL1 ? troubled.failedCorrection : nil))
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let lines = try await controller.findingLines(FindingQuery()).split(separator: "\n").dropLast()
        #expect(try lines.map { try decoder.decode(Finding.self, from: Data($0.utf8)) } == page.findings)
        #expect(try await controller.findings(path: buildL1, resolved: false).allSatisfy { $0.failedCorrection == nil })
    }

    @Test("a retry that succeeds ends the trouble, and the others go on at once")
    func succeeds() async throws {
        let (bench, time) = (try await bench(), TestTime())
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            bench.fleet.set { $0.exposureWorks = true }
            time.pass(600)
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.l1Exposed && bench.fleet.now.spareExposed)
            #expect(try await controller.status(version: "", stateDirectory: "").troubled == nil)
        }
    }

    @Test("a person can settle it, and correct it by hand")
    func settled() async throws {
        let (bench, time) = (try await bench(), TestTime())
        let rule = RetryRule(retries: 0, after: 600, leftOutLimit: 1)
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            time.pass(1_000_000)
            try await controller.sweepAndEnforce()
            #expect(!bench.fleet.now.spareExposed, "so many left out stop the whole fleet")
            let status = try await controller.status(version: "", stateDirectory: "")
            #expect(status.enforcementStopped?.contains("nestor drift settle") == true)
            bench.fleet.set { $0.exposureWorks = true }
            _ = try await controller.settle(
                SettleRequest(finding: "drift:rack7/build-l1:exposure"), by: Requester(name: "alice"))
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.l1Exposed && bench.fleet.now.spareExposed)
        }
    }

    @Test("other policies are a new word of the owner's: what was left out is tried again")
    func newPolicies() async throws {
        let (bench, time) = (try await bench(), TestTime())
        let rule = RetryRule(retries: 0, after: 600, leftOutLimit: 1)
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            #expect(try await controller.troubledGuests().guests.map(\.isLeftOut) == [true])
            let text = """
                policies:
                  - {name: q, select: {paths: ["rack7/*"]}, desire: {exposure: exposed}, mode: enforce}
                """
            _ = try await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "q.yaml", text: text)], prune: true),
                by: Requester(name: "alice"))
            #expect(try await controller.troubledGuests().guests == [])
            bench.fleet.set { $0.exposureWorks = true }
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.l1Exposed && bench.fleet.now.spareExposed)
        }
    }

    @Test("a store in which an earlier version stopped enforcement for good goes on when a person settles it")
    func stoppedBefore() async throws {
        let (bench, time) = (try await bench(), TestTime())
        bench.fleet.set { $0.exposureWorks = true }
        try await bench.store.record { (work) throws(StoreFailure) in
            try work.put("remediation 1: rack7/build-l1: no", as: .enforcementStopped)
        }
        try await bench.run(at: time) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            #expect(try await runs(controller).isEmpty)
            _ = try await controller.settle(
                SettleRequest(finding: "drift:rack7/build-l1:exposure"), by: Requester(name: "alice"))
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.l1Exposed && bench.fleet.now.spareExposed)
        }
    }

    @Test("what is put right by hand is no trouble any more")
    func healed() async throws {
        let (bench, time) = (try await bench(), TestTime())
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            bench.fleet.set {
                $0.l1Exposed = true
                $0.l1Sees = .svm
            }
            time.pass(600)
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.spareExposed)
            #expect(try await controller.status(version: "", stateDirectory: "").troubled == nil)
        }
    }

    @Test("a host that can't be read when the retry is due counts as another failure, and holds nobody up for ever")
    func unread() async throws {
        let (bench, time) = (try await bench(), TestTime())
        try await bench.run(at: time, drift: DriftRules(retry: rule)) { (controller: FleetController) async throws in
            try await controller.sweepAndEnforce()
            // As they are while their host can't be read.
            let stale = try await controller.findings(path: nil, resolved: false).map { finding in
                var finding = finding
                finding.state = .stale
                return finding
            }
            time.pass(600)
            #expect(try await controller.turn(among: [], stale, at: time.now, rule) == [])
            #expect(try await controller.troubledGuests().guests.map(\.failures) == [2])
            #expect(try await controller.turn(among: [], stale, at: time.now, rule) == [])
            #expect(try await controller.troubledGuests().guests.map(\.failures) == [2], "it waits first")
            time.pass(1_200)
            #expect(try await controller.turn(among: [], stale, at: time.now, rule) == [])
            #expect(try await controller.troubledGuests().guests.map(\.isLeftOut) == [true])
            try await controller.sweepAndEnforce()
            #expect(bench.fleet.now.spareExposed)
        }
    }

    @Test("each pause is twice as long as the one before, at most a day, and the last is followed by none")
    func pauses() {
        let rule = RetryRule(retries: 9, after: 1_800)
        #expect(
            (1...10).map { rule.pause(after: $0) } == [
                1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 86_400, 86_400, nil,
            ])
        #expect(RetryRule(retries: 0).pause(after: 1) == nil)
    }

    @Test("too many guests that are left out stop enforcement, until one is settled")
    func stopped() {
        var troubled = TroubledGuests()
        let rule = RetryRule(retries: 0, leftOutLimit: 2)
        func fail(_ path: NodePath) {
            troubled.failed(path, remediation: "r", sentence: "s", remedy: "", at: day, rule)
        }
        #expect(troubled.turn(at: day, rule) == .goesOn(without: []))
        fail(buildL1)
        #expect(troubled.turn(at: day, rule) == .goesOn(without: [buildL1]))
        fail(spare)
        #expect(troubled.turn(at: day, rule) == .stopped)
        #expect(troubled.sentence(at: day, rule)?.contains("rack7/spare") == true)
        troubled.forget(spare)
        #expect(troubled.turn(at: day, rule) == .goesOn(without: [buildL1]))
        #expect(troubled.sentence(at: day, rule) == nil)
    }
}
