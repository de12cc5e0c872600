import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

private let at = Date(timeIntervalSince1970: 1_700_000_000)
private let key = RecipientKey(report: "weekly", recipient: "hook")

/// With findings that fill one part of its place in the store, and a few more.
private func run(_ number: Int, report: String = "weekly") -> ReportRun {
    let findings = (0..<500 + number).map { guest in
        ReportedFinding(
            standing: .new,
            finding: Finding(
                kind: .drift, path: rack7.guest(named: "g\(guest)"), severity: .low, sentence: "s", remedy: "r",
                firstSeen: at, lastSeen: at))
    }
    return ReportRun(
        summary: ReportRunSummary(
            id: "\(report)-\(number)", report: report, number: number, at: at, dueAt: at, late: false,
            requestedBy: "nestord", previousID: nil, previousAt: nil, counts: ReportCounts(new: number),
            compliance: ComplianceShare(inLine: 1)),
        policyRevision: 1, hosts: 1, guests: 2, notHeard: [], freezes: [], compliance: ComplianceTable(), trend: [],
        tree: ReportTree(), findings: findings)
}

private func delivery(_ run: Int) -> ReportDelivery {
    ReportDelivery(
        id: "d-\(run)", report: "weekly", recipient: "hook", run: "weekly-\(run)", format: .html, enqueuedAt: at)
}

@Suite("A store of reports")
struct ReportStoreTests {
    @Test("keeps definitions, runs, memory, outbox and recipients when it is opened again")
    func reopens() async throws {
        let fixture = try StoreFixture()
        let set = ReportSet(
            revision: 2,
            reports: [
                ReportDefinition(
                    name: "weekly", selector: PolicySelector(all: true), schedule: ReportSchedule(everySeconds: 60),
                    recipients: [
                        ReportRecipient(
                            name: "hook", place: ReportPlace(webhook: WebhookPlace(url: "https://h/", secretFile: "/k"))
                        )
                    ])
            ])
        let memory = ReportMemory(seenTo: at, lastNumber: 2, ended: ["drift:rack7:exposure": at])
        let first = try fixture.open()
        try await first.record { (work) throws(StoreFailure) in
            try work.put(reports: set)
            for number in 1...2 {
                try work.put(run: run(number))
                try work.enqueue(delivery(number))
            }
            try work.put(memory: memory, of: "weekly")
            try work.put(
                health: RecipientHealth(failures: 3, sentence: "no"),
                of: RecipientKey(report: "weekly", recipient: "hook"))
        }
        await first.close()
        let second = try fixture.open()
        try await second.read { (work) throws(StoreFailure) in
            #expect(try work.reports() == set)
            #expect(try work.reportRuns(of: "weekly", limit: 9).map(\.number) == [2, 1])
            #expect(try work.reportRun(of: "weekly", id: nil) == run(2))
            #expect(try work.reportRun(of: "weekly", id: "weekly-1") == run(1))
            #expect(try work.reportRun(of: "other", id: "weekly-1") == nil)
            #expect(try work.reportMemory(of: "weekly") == memory)
            #expect(try work.deliveries(to: key).map(\.id) == ["d-1", "d-2"])
            #expect(try work.deliveries(to: nil).map(\.number) == [1, 2])
            #expect(try work.recipientHealth(key)?.failures == 3)
        }
        await second.close()
    }

    @Test("gives each finding of a run as its JSON, also of one that was stored as lists")
    func documents() async throws {
        let (whole, listed) = (try StoreFixture(), try StoreFixture(before: "UPDATE report_run_part"))
        let first = try whole.open()
        try await first.record { (work) throws(StoreFailure) in try work.put(run: run(3)) }
        await first.close()
        try listed.execute(
            """
            ATTACH '\(whole.path)' AS whole;
            INSERT INTO report_run SELECT * FROM whole.report_run;
            INSERT INTO report_run_part SELECT run, part, '[' || replace(document, char(10), ',') || ']'
                FROM whole.report_run_part;
            """)
        let second = try listed.open()
        try await second.read { (work) throws(StoreFailure) in
            let stored = try work.reportRun(of: "weekly", id: nil)?.findings
            #expect(stored == run(3).findings && stored?.count == 503 && stored?.isEmpty == false)
            #expect(stored.map { Array($0.documents) } == Array(run(3).findings.documents))
            let listed = stored?.listed(limit: 7)[.new]
            #expect(listed?.findings == run(3).findings.prefix(7).map(\.finding) && listed?.count == 503)
        }
        await second.close()
    }

    @Test("takes the one freeze that an earlier version could hold for the first of several")
    func freeze() async throws {
        let stored = #"{"reason":"audit","by":"alice","since":"2026-11-25T10:00:00Z","paths":["rack7"]}"#
        let fixture = try StoreFixture(
            before: "'freezes'", holding: "INSERT INTO value (key, document) VALUES ('freeze', '\(stored)')")
        let store = try fixture.open()
        try await store.read { (work) throws(StoreFailure) in
            let freezes = try work.value(.freezes, as: [Freeze].self)
            #expect(freezes?.map(\.sentence) == ["rack7 is frozen: audit (alice)"])
            #expect(freezes?.first?.id?.utf8.count == 32)
        }
        await store.close()
        var earlier = run(1)
        (earlier.freeze, earlier.freezes) = (Freeze(reason: "audit", by: "alice", since: at), nil)
        #expect(earlier.standingFreezes.map(\.reason) == ["audit"], "a run from before reminds of it all the same")
    }

    @Test("reads a run that an earlier version stored as one text")
    func oneText() async throws {
        let fixture = try StoreFixture(before: "CREATE TABLE tree")
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        try connection.run(
            "INSERT INTO report_run (id, report, summary, document) VALUES ('weekly-1', 'weekly', ?, ?)",
            [
                .text(String(decoding: try encoder.encode(run(1).summary), as: UTF8.self)),
                .text(String(decoding: try encoder.encode(run(1)), as: UTF8.self)),
            ])
        connection.close()
        let store = try fixture.open()
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.reportRun(of: "weekly", id: nil) == run(1))
        }
        await store.close()
    }

    @Test("has what waited for a mailing wait for each of its addresses, in order, and keeps how it went")
    func mailings() async throws {
        let mail = #"{"server":"m","port":25,"tls":"starttls","from":"n@x","to":["a@x","b@x"]}"#
        let old = #"{"server":"m","port":25,"tls":"starttls","from":"n@x","to":["c@x"]}"#
        func set(_ revision: Int, _ mail: String) -> String {
            """
            INSERT INTO report_revision VALUES (\(revision), '{"revision":\(revision),"reports":[{"name":"weekly",
                "recipients":[{"name":"hook","place":{}},{"name":"ops","place":{"mail":\(mail)}}]}]}');
            """
        }
        func waiting(_ recipient: String, _ run: Int) -> String {
            """
            INSERT INTO report_delivery (report, recipient, run, document) VALUES ('weekly', '\(recipient)',
                'weekly-\(run)', '{"number":0,"id":"\(recipient)-\(run)","report":"weekly","recipient":"\(recipient)",
                "run":"weekly-\(run)","format":"text","enqueuedAt":"2026-11-25T10:00:00Z"}');
            """
        }
        let health = #"{"failures":2,"sentence":"550","remedy":"","givenUp":1}"#
        let fixture = try StoreFixture(
            before: "CREATE TABLE mail_address",
            holding: set(1, old) + set(2, mail) + waiting("ops", 1) + waiting("hook", 1) + waiting("ops", 2)
                + "INSERT INTO report_recipient VALUES ('weekly', 'ops', '\(health)'), ('weekly', 'hook', '\(health)');"
        )
        let store = try fixture.open()
        try await store.read { (work) throws(StoreFailure) in
            var count = 0
            for address in ["a@x", "b@x", nil] {
                let recipient = address == nil ? "hook" : "ops"
                let key = RecipientKey(report: "weekly", recipient: recipient, address: address)
                let waiting = try work.deliveries(to: key)
                #expect(waiting.map(\.id) == (address == nil ? ["hook-1"] : ["ops-1", "ops-2"]))
                #expect(waiting.allSatisfy { $0.key == key })
                #expect(try work.recipientHealth(key)?.givenUp == 1)
                #expect(try work.waitingDeliveries()[key] == waiting.count)
                count += waiting.count
            }
            #expect(try work.deliveries(to: nil).count == count)
            #expect(try work.waitingDeliveries().count == 3)
        }
        await store.close()
    }

    @Test("thins a report's runs, but for those that wait for a recipient, and leaves other reports alone")
    func thins() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.record { (work) throws(StoreFailure) in
            for number in 1...6 { try work.put(run: run(number)) }
            try work.put(run: run(1, report: "other"))
            try work.enqueue(delivery(1))
            try work.thinRuns(of: "weekly", whole: 2, summaries: 4)
            #expect(try work.reportRuns(of: "weekly", limit: 9).map(\.number) == [6, 5, 4, 3, 1])
            var whole: [Int] = []
            for number in 1...6 {
                if try work.reportRun(of: "weekly", id: "weekly-\(number)") != nil { whole.append(number) }
            }
            #expect(whole == [1, 5, 6])
            #expect(try work.reportRun(of: "other", id: nil) != nil)
            for delivery in try work.deliveries(to: key) { try work.remove(delivery: delivery.number) }
            try work.put(memory: nil, of: "weekly")
            try work.put(health: nil, of: key)
            try work.thinRuns(of: "weekly", whole: 0, summaries: 0)
            #expect(try work.reportRuns(of: "weekly", limit: 9) == [])
        }
        await store.close()
        let connection = try SQLiteConnection(path: fixture.path, readOnly: true)
        let left = try connection.rows("SELECT DISTINCT run FROM report_run_part") { $0.text(0) }
        #expect(left == ["other-1"], "the findings of runs that are thinned go with them")
        connection.close()
    }

    @Test("from before there were reports gets their tables, and keeps what it has")
    func upgrades() async throws {
        let fixture = try StoreFixture(
            before: "CREATE TABLE history", holding: "INSERT INTO value (key, document) VALUES ('epoch', '7')")
        let store = try fixture.open()
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.reports() == ReportSet())
            #expect(try work.value(.epoch, as: Int.self) == 7)
        }
        await store.close()
    }

    @Test("reads a definition and a state that a newer controller wrote more into")
    func newerFields() throws {
        let text = """
            {"name": "a", "selector": {"all": true, "paths": [], "labels": {}, "levels": [], "guests": [], "uuids": []},
             "schedule": {"everySeconds": 60, "jitter": 5}, "formats": ["html", "parquet"], "place": "r.yaml:1",
             "recipients": [{"name": "x", "place": {"pigeon": {"loft": 1}}}], "colour": "red"}
            """
        let report = try JSONDecoder().decode(ReportDefinition.self, from: Data(text.utf8))
        #expect(report.formats == [.html, .unknown])
        #expect(report.recipients.first?.place.summary == "unknown")
    }
}
