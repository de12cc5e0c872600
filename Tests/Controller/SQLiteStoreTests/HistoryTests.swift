import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("The history in a store")
struct HistoryTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let build = NodePath(names: ["rack7", "build"])!

    private func ago(_ days: Double) -> Date { now.addingTimeInterval(-days * 86_400) }

    private func snapshot(_ state: GuestState) -> GuestSnapshot {
        GuestSnapshot(
            GuestReport(
                uuid: "u", name: "build", state: state, run: .absent, persistent: .known(true), engine: .known(.kvm),
                owner: .absent, vcpus: VCPUFacts(current: .known(1), maximum: .known(2)),
                memory: MemoryFacts(
                    startup: .known(1), minimum: .absent, maximum: .known(1), dynamic: .known(false)),
                exposure: ExposureFacts(
                    configured: .unknown("XML"), live: .absent, mechanism: .absent, inUse: .absent,
                    nestedRuns: .absent), interfaces: .known([]), snapshots: .known(0), savedState: .known(false),
                autostart: .known(false), onPowerOff: .absent, definitionDigest: .known("d")))
    }

    private func facts(_ days: Double, _ state: GuestState = .running) -> HistoryEntry {
        HistoryEntry(at: ago(days), path: build, kind: .facts, facts: snapshot(state))
    }

    private func finding(_ state: FindingState, first: Double, last: Double) -> Finding {
        Finding(
            kind: .drift, path: build, setting: .exposure, desired: "hidden", observed: "exposed", severity: .medium,
            policy: "p", state: state, sentence: "s", remedy: "", firstSeen: ago(first), lastSeen: ago(last))
    }

    private func days(_ store: SQLiteStore) async throws -> [Int] {
        let build = build
        return try await store.read { (work) throws(StoreFailure) in
            try work.history(of: build, since: nil, limit: 1_000)
        }.map { Int((now.timeIntervalSince($0.at) / 86_400).rounded()) }
    }

    @Test("is read for one node, the newest first, since a time and so many")
    func reads() async throws {
        let store = try StoreFixture().open()
        let entries = [facts(3), facts(2, .off), HistoryEntry(at: ago(1), path: rack7, kind: .gone)]
        let build = build
        let since = ago(2.5)
        try await store.record { (work) throws(StoreFailure) in try work.add(history: entries) }
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.history(of: build, since: nil, limit: 9) == [entries[1], entries[0]])
            #expect(try work.history(of: build, since: nil, limit: 1) == [entries[1]])
            #expect(try work.history(of: build, since: since, limit: 9) == [entries[1]])
        }
        await store.close()
    }

    @Test("loses what is too old, and never a guest's last facts")
    func age() async throws {
        let store = try StoreFixture().open()
        let (now, entries) = (
            now,
            [facts(500), facts(450), HistoryEntry(.resolved, finding(.resolved, first: 460, last: 450), at: ago(450))]
        )
        let ended = [finding(.resolved, first: 460, last: 450)]
        try await store.record { (work) throws(StoreFailure) in
            try work.add(history: entries)
            try work.put(findings: ended)
            #expect(try work.prune(history: HistoryLimits(), at: now) == 2)
            #expect(try work.resolvedFindings(limit: 9) == [])
            #expect(try work.prune(history: HistoryLimits(), at: now) == 0)
        }
        #expect(try await days(store) == [450])
        await store.close()
    }

    @Test("never loses what an open finding needs: all about it, and the facts when it was first seen")
    func needed() async throws {
        let store = try StoreFixture().open()
        let open = finding(.open, first: 480, last: 0)
        let (now, entries) = (
            now,
            [
                facts(500), facts(490, .off), HistoryEntry(.opened, open, at: ago(480)), facts(470),
                HistoryEntry(.corrected, open, at: ago(460)), facts(450),
            ]
        )
        try await store.record { (work) throws(StoreFailure) in
            try work.add(history: entries)
            try work.put(findings: [open])
            _ = try work.prune(history: HistoryLimits(bytes: 1), at: now)
        }
        #expect(try await days(store) == [450, 460, 480, 490])
        await store.close()
    }

    @Test("keeps one state a day of what is older than a month")
    func thinned() async throws {
        let store = try StoreFixture().open()
        let (now, entries) = (now, [40.03, 40.02, 40.01, 39.0, 1.03, 1.02, 1.01].map { facts($0) })
        try await store.record { (work) throws(StoreFailure) in
            try work.add(history: entries)
            #expect(try work.prune(history: HistoryLimits(), at: now) == 2)
        }
        #expect(try await days(store) == [1, 1, 1, 39, 40])
        await store.close()
    }

    @Test("is cut from its old end where it grows too large")
    func size() async throws {
        let store = try StoreFixture().open()
        let (now, entries) = (now, (0..<100).reversed().map { facts(Double($0) / 10) })
        try await store.record { (work) throws(StoreFailure) in
            try work.add(history: entries)
            _ = try work.prune(history: HistoryLimits(bytes: 6_000), at: now)
        }
        let left = try await days(store)
        #expect(left.count > 3 && left.count < 30)
        #expect(left.first == 0)
        await store.close()
    }

    @Test("is looked through by place for each open finding, and not from end to end")
    func indexed() async throws {
        let fixture = try StoreFixture()
        await (try fixture.open()).close()
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        defer { connection.close() }
        let plan = try connection.rows("EXPLAIN QUERY PLAN \(SQLiteWork.neededHistory)") {
            (row) throws(StoreFailure) in row.text(3)
        }
        #expect(plan.contains { $0.contains("history_by_path (path=?)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("SCAN history") || $0.contains("time<?") }, "\(plan)")
    }

    @Test("knows since when a guest is exposed for nothing, until it is another guest or counted anew")
    func unused() async throws {
        let store = try StoreFixture().open()
        let build = build
        let times = [ago(20), ago(10), ago(5), ago(1)]
        try await store.record { (work) throws(StoreFailure) in
            func since() throws(StoreFailure) -> Date? { try work.unusedExposure(ofTree: "rack7")[build] }
            try work.put(unusedExposureOf: build, uuid: "a", at: times[0], anew: false)
            try work.put(unusedExposureOf: build, uuid: "a", at: times[1], anew: false)
            #expect(try since() == times[0])
            #expect(try work.unusedExposure(ofTree: nil) == [build: times[0]])
            #expect(try work.unusedExposure(ofTree: "rack") == [:])
            try work.put(unusedExposureOf: build, uuid: "a", at: times[2], anew: true)
            #expect(try since() == times[2])
            try work.put(unusedExposureOf: build, uuid: "b", at: times[3], anew: false)
            #expect(try since() == times[3])
            try work.remove(unusedExposureOf: build)
            #expect(try since() == nil)
        }
        await store.close()
    }

    @Test("begins in a store of an earlier version, whose findings it reads")
    func migrates() async throws {
        let fixture = try StoreFixture(before: "CREATE TABLE history")
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        let document = """
            {"cause":"corrective","correctable":true,"desired":"exposed","firstSeen":"2026-01-01T00:00:00Z",\
            "id":"drift:rack7/build:exposure","kind":"drift","lastSeen":"2026-01-02T00:00:00Z","mode":"propose",\
            "observed":"hidden","path":"rack7/build","policy":"p","remedy":"","sentence":"s","setting":"exposure",\
            "severity":"medium","state":"open"}
            """
        try connection.run(
            "INSERT INTO finding VALUES ('drift:rack7/build:exposure', 'open', '2026-01-02T00:00:00Z', ?)",
            [.text(document)])
        connection.close()
        let store = try fixture.open()
        let build = build
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.openFindings().map(\.path) == [build])
            #expect(try work.findings(ids: ["drift:rack7/build:exposure", "none"]).count == 1)
            #expect(try work.history(of: build, since: nil, limit: 9) == [])
        }
        await store.close()
    }
}
