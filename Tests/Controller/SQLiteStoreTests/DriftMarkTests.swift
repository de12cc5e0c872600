import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("What became of findings since a mark")
struct DriftMarkTests {
    private static func finding(_ name: String, _ state: FindingState, _ severity: Severity = .low) -> Finding {
        Finding(
            kind: .drift, path: rack7.guest(named: name), setting: .exposure, severity: severity, state: state,
            sentence: "s", remedy: "r", firstSeen: Date(timeIntervalSince1970: 0),
            lastSeen: Date(timeIntervalSince1970: 0))
    }

    @Test("is told of all, counted whatever is listed, the worst first")
    func since() async throws {
        let store = try StoreFixture().open()
        let states: [FindingState] = [.open, .stale, .exempted, .resolved]
        try await store.record { (work) throws(StoreFailure) in
            // Named after what each was, and is then.
            try work.put(findings: states.flatMap { was in states.map { Self.finding("\(was)-\($0)", was) } })
            let first = try work.driftSinceMark(limit: 99)
            #expect(first.new.count == 8 && first.counts.new == 8 && first.persisting + first.resolved == [])
            try work.markDrift()
            try work.put(findings: states.flatMap { was in states.map { Self.finding("\(was)-\($0)", $0) } })
            var back = Self.finding("none-open", .open, .critical)
            let epoch = Date(timeIntervalSince1970: 0)
            back.recurrence = FindingRecurrence(times: 1, lastResolved: epoch, openedAgain: epoch)
            try work.put(findings: [back])
            func names(_ findings: [Finding]) -> [String] { findings.map(\.path.name) }
            let since = try work.driftSinceMark(limit: 99)
            // It was no drift before.
            let opened = ["exempted-open", "exempted-stale", "resolved-open", "resolved-stale"]
            #expect(names(since.new) == ["none-open"] + opened)
            #expect(names(since.persisting) == ["open-open", "open-stale", "stale-open", "stale-stale"])
            #expect(names(since.resolved) == ["exempted-resolved", "open-resolved", "stale-resolved"])
            #expect(
                since.counts
                    == DriftCounts(new: 5, regressed: 1, persisting: 4, resolved: 3, drifting: 9, notHeard: 0))
            let short = try work.driftSinceMark(limit: 1)
            #expect(names(short.new) == ["none-open"] && short.counts == since.counts)
        }
        await store.close()
    }

    @Test("goes on from the report that an earlier version made")
    func migrates() async throws {
        let finding = Self.finding("g", .open)
        let fixture = try StoreFixture(
            before: "CREATE TABLE drift_mark",
            holding: """
                INSERT INTO value (key, document) VALUES
                    ('last-drift-report', json_object('open', json_array('\(finding.id)', '\(finding.id)')));
                """)
        let store = try fixture.open()
        try await store.record { (work) throws(StoreFailure) in try work.put(findings: [finding]) }
        try await store.read { (work) throws(StoreFailure) in
            #expect(try (work as? SQLiteWork)?.driftSinceMark(limit: 9).persisting.map(\.id) == [finding.id])
        }
        await store.close()
    }
}
