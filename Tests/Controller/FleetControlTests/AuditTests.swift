import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import StructuredLog
import Testing

@testable import FleetControl

@Suite("The audit log of a controller")
struct AuditTests {
    private func bench() async throws -> Bench {
        try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
    }

    private func fill(_ store: SQLiteStore, _ count: Int) async throws {
        try await store.record { (work) throws(StoreFailure) in
            for number in 0..<count {
                try work.audit(AuditEntry(actor: "alice", action: "freeze", subject: "fleet", detail: "\(number)"))
            }
        }
    }

    @Test("is verified from the first record to the last, however many there are")
    func whole() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            #expect(try await controller.verifyAudit() == AuditVerification(head: AuditHead(number: 0, hash: "")))
            try await fill(bench.store, 4_100)
            let answer = try await controller.verifyAudit()
            #expect(answer.isWhole)
            #expect(answer.head.number == 4_100)
            #expect(answer.head == (try await controller.status(version: "", stateDirectory: "").auditHead))
        }
    }

    @Test("holds an older head that was anchored outside, and not one whose end was cut off")
    func anchored() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            try await fill(bench.store, 10)
            let head = try await controller.verifyAudit().head
            try await fill(bench.store, 5)
            let grown = try await controller.verifyAudit(expecting: head.hash)
            #expect(grown.isWhole)
            #expect(grown.expectedAt == 10)
            #expect(grown.head.number == 15)
        }
        // The same records but for the last: each follows from the one before.
        let short = try await self.bench()
        try await short.run { (controller: FleetController) async throws in
            try await fill(short.store, 10)
            let longer = String(repeating: "0", count: 64)
            let answer = try await controller.verifyAudit(expecting: longer)
            #expect(answer.fault == nil)
            #expect(answer.expectedAt == nil)
            #expect(!answer.isWhole)
        }
    }

    @Test("has its head anchored at start, with every 1,000th record, and daily")
    func anchors() {
        let day = Date(timeIntervalSince1970: 1_700_000_000)
        var anchor = AuditAnchor()
        func due(_ number: Int, after seconds: TimeInterval) -> Bool {
            anchor.isDue(AuditHead(number: number, hash: "h\(number)"), at: day.addingTimeInterval(seconds))
        }
        #expect(due(0, after: 0))
        #expect(!due(0, after: 1))
        #expect(!due(999, after: 2))
        #expect(due(1_000, after: 3))
        #expect(!due(1_001, after: 4))
        #expect(due(3_500, after: 5))
        #expect(!due(3_501, after: 86_404))
        #expect(due(3_501, after: 86_405))
    }

    @Test("writes its head into the daemon's log, whatever the store is worth later")
    func logged() async throws {
        let sink = MemorySink()
        let bench = try await bench()
        try await fill(bench.store, 999)
        var environment = try await bench.controller().environment
        environment.log = Log(label: "test", sink: sink)
        let controller = try await FleetController(environment)
        await controller.anchorAudit()
        _ = try await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "alice"))
        try await controller.unfreeze(by: Requester(name: "alice"))
        let heads = sink.records.filter { $0.message == "audit head" }
        #expect(heads.map { $0.fields.first { $0.key == "records" }?.value.description } == ["999", "1000"])
        await controller.stop()
        await bench.end()
    }

    @Test("has its head in every run of a report, for whoever keeps that")
    func inReports() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            let by = Requester(name: "alice")
            _ = try await controller.apply(reports: reportFile(recipients: []), by: by)
            _ = try await controller.runReport("daily", by: by)
            let head = try #require(try await controller.reportRun("daily", run: nil).auditHead)
            _ = try await controller.freeze(FreezeRequest(reason: "later"), by: by)
            let answer = try await controller.verifyAudit(expecting: head.hash)
            #expect(answer.isWhole)
            #expect(answer.expectedAt == head.number && head.number > 0)
        }
    }

    @Test("says what was before and after, of policies and hosts")
    func beforeAndAfter() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            let text = """
                policies:
                  - name: p
                    select: {paths: [rack7/build-l1]}
                    desire: {exposure: hidden}
                    mode: enforce
                """
            let by = Requester(name: "alice (uid 1000)")
            _ = try await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)]), by: by)
            let policy = try #require(try await controller.audit(AuditQuery(action: "policy.apply")).first)
            #expect(policy.detail.contains("p: desired.exposure true → false"), "\(policy.detail)")
            #expect(policy.detail.contains("p: mode propose → enforce"), "\(policy.detail)")
            #expect(!policy.detail.contains("place"))
            let fleet = try await controller.fleetDocument().text
            let moved = fleet.replacing("127.0.0.1", with: "127.0.0.9", maxReplacements: 1)
            #expect(moved != fleet)
            _ = try await controller.apply(
                fleet: ApplyRequest(files: [DocumentFile(name: "f.yaml", text: moved)]), by: by)
            let host = try #require(try await controller.audit(AuditQuery(action: "fleet")).first)
            #expect(host.detail == "rack7: address 127.0.0.1 → 127.0.0.9")
            _ = try await controller.freeze(FreezeRequest(reason: "why"), by: by)
            try await controller.unfreeze(by: by)
            let thaw = try #require(try await controller.audit(AuditQuery(action: "unfreeze")).first)
            #expect(thaw.detail.contains("by alice (uid 1000): why"))
        }
    }

    @Test("says which settings are others than at the last start, and nothing where none is")
    func settings() async throws {
        let bench = try await bench()
        try await bench.run { (controller: FleetController) async throws in
            try await controller.note(settings: ["sweep.interval": "5m", "api.admins": ""])
            try await controller.note(settings: ["sweep.interval": "5m", "api.admins": ""])
            #expect(try await controller.audit(limit: 9).isEmpty)
            try await controller.note(settings: ["sweep.interval": "5m", "api.admins": "bob", "new.key": "1"])
            let record = try #require(try await controller.audit(limit: 9).first)
            #expect(record.action == "settings.change" && record.actor == "nestord")
            #expect(record.detail == "api.admins  → bob; new.key - → 1")
        }
    }

    @Test("keeps a change with very many differences small")
    func bounded() {
        let many = DocumentChanges.joined((0..<10_000).map { "field\($0) 1 → 2" })
        #expect(many.utf8.count < 6_100)
        #expect(many.hasSuffix("more"))
        #expect(DocumentChanges.joined([]) == "")
    }
}
