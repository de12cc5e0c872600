import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("Pages of findings")
struct FindingPageTests {
    @Test(
        "follow each other in one order, whatever their size: none is missed and none comes twice",
        arguments: [1, 3, 7, 500])
    func pages(limit: Int) async throws {
        try await withFindings { work, all in
            var query = FindingQuery(resolved: true, limit: limit)
            var read: [Finding] = []
            var place: FindingPlace?
            repeat {
                let page = try work.findings(query, after: place)
                #expect(page.findings.count <= limit)
                #expect(page.total == all.count { $0.state != .exempted })
                read += page.findings
                query.after = page.next
                place = page.next.flatMap(FindingPlace.init(cursor:))
                #expect((place == nil) == (page.next == nil), "a cursor can be read again")
            } while place != nil
            let expected = all.filter { $0.state != .exempted }.sorted {
                ($0.state == .resolved ? 1 : 0, $1.severity, $0.path, $0.id)
                    < ($1.state == .resolved ? 1 : 0, $0.severity, $1.path, $1.id)
            }
            #expect(read.map(\.id) == expected.map(\.id))
        }
    }

    @Test("count what is on all of them, and what of it is drift, as the model has it")
    func counts() async throws {
        try await withFindings { work, all in
            for (resolved, exempted) in [(false, false), (true, false), (false, true), (true, true)] {
                let page = try work.findings(FindingQuery(resolved: resolved, exempted: exempted, limit: 1), after: nil)
                let asked = all.filter { finding in
                    switch finding.state {
                    case .exempted: exempted
                    case .resolved: resolved
                    default: !exempted
                    }
                }
                #expect(page.total == asked.count)
                #expect(page.drifting == asked.count(where: \.countsAsDrift))
            }
            let open = Dictionary(grouping: all.filter(\.state.isOpen), by: \.severity).mapValues(\.count)
            #expect(try work.openFindingCounts() == open)
        }
    }

    @Test(
        "hold a place and what is below it, and not its namesakes",
        arguments: [["rack7"], ["rack7/a"], ["rack70"], ["rack7", "rack7/a", "rack9/b"], ["rack"], ["rack7-x"]])
    func places(texts: [String]) async throws {
        let paths = texts.map { NodePath($0)! }
        try await withFindings { work, all in
            let page = try work.findings(FindingQuery(paths: paths, limit: 500), after: nil)
            let expected = all.filter { finding in
                finding.state.isOpen && paths.contains { $0 == finding.path || $0.contains(finding.path) }
            }
            #expect(Set(page.findings.map(\.id)) == Set(expected.map(\.id)))
            #expect(page.total == expected.count)
            #expect(page.drifting == expected.count(where: \.countsAsDrift))
        }
    }

    @Test(
        "hold what is of these nodes, policies and settings and as severe as was asked for, and count no other",
        arguments: [
            { $0.nodes = [NodePath("rack7/a")!, NodePath("rack9/b")!] }, { $0.nodes = [] },
            { $0.policies = ["p1"] }, { $0.policies = ["p0", "p2", "p's"] }, { $0.settings = [.autostart] },
            { $0.severity = .high }, { $0.severity = .info },
            {
                $0.paths = [NodePath("rack7")!]
                $0.policies = ["p1"]
                $0.severity = .medium
                $0.resolved = true
            },
        ] as [@Sendable (inout FindingQuery) -> Void])
    func filters(ask: @escaping @Sendable (inout FindingQuery) -> Void) async throws {
        var query = FindingQuery(limit: 2)
        ask(&query)
        try await withFindings { [query] work, all in
            let expected = all.filter { finding in
                (finding.state.isOpen || query.resolved && finding.state == .resolved)
                    && (query.paths.isEmpty || query.paths.contains { $0 == finding.path || $0.contains(finding.path) })
                    && query.nodes?.contains(finding.path) != false
                    && (query.policies.isEmpty || finding.policy.map(query.policies.contains) == true)
                    && (query.settings.isEmpty || finding.setting.map(query.settings.contains) == true)
                    && query.severity.map { finding.severity >= $0 } != false
            }
            var (read, place) = ([Finding](), FindingPlace?.none)
            repeat {
                let page = try work.findings(query, after: place)
                #expect(page.total == expected.count)
                #expect(page.drifting == expected.count(where: \.countsAsDrift))
                read += page.findings
                place = page.next.flatMap(FindingPlace.init(cursor:))
            } while place != nil
            #expect(Set(read.map(\.id)) == Set(expected.map(\.id)))
            #expect(read.count == expected.count)
        }
    }

    @Test("are right about findings from before there were pages")
    func migrates() async throws {
        let fixture = try StoreFixture(before: "CREATE TABLE tree")
        let findings = Self.findings()
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        for finding in findings {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = .withoutEscapingSlashes
            try connection.run(
                "INSERT INTO finding VALUES (?, ?, ?, ?)",
                [
                    .text(finding.id), .text(finding.state.rawValue), .text(finding.lastSeen.formatted(.iso8601)),
                    .text(String(decoding: try encoder.encode(finding), as: UTF8.self)),
                ])
        }
        connection.close()
        let old = try fixture.open()
        let other = try StoreFixture().open()
        try await other.record { (work) throws(StoreFailure) in try work.put(findings: findings) }
        for query in [FindingQuery(resolved: true), FindingQuery(exempted: true), FindingQuery(paths: [rack7])] {
            let pages = try await [old, other].asyncMap { store in
                try await store.read { (work) throws(StoreFailure) in try work.findings(query, after: nil) }
            }
            #expect(pages[0] == pages[1])
            #expect(pages[0].total > 0)
        }
        await old.close()
        await other.close()
    }

    /// Calls `body` with a store that was written to more than once, and what it holds then.
    private func withFindings(
        _ body: @escaping @Sendable (any FleetReading, [Finding]) throws -> Void
    ) async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let before = Self.findings(seed: 1)
        var after = Dictionary(before.map { ($0.id, $0) }) { _, last in last }
        let changes = Self.findings(seed: 2).filter { $0.path.name != "c" }
        for finding in changes { after[finding.id] = finding }
        let all = Array(after.values)
        try await store.record { (work) throws(StoreFailure) in
            try work.put(findings: before)
            try work.put(findings: changes)
        }
        try await store.read { (work) throws(StoreFailure) in
            do {
                try body(work, all)
            } catch {
                throw StoreFailure(.unavailable, "\(error)")
            }
        }
        // What is pruned is counted no more.
        let end = Date(timeIntervalSince1970: 2_000_000_000)
        try await store.record { (work) throws(StoreFailure) in
            try work.prune(history: HistoryLimits(keep: 1), at: end)
            #expect(
                try work.findings(FindingQuery(resolved: true), after: nil).total == all.count(where: \.state.isOpen))
        }
        await store.close()
    }

    /// Of all states and severities, at places whose names begin alike.
    private static func findings(seed: Int = 1) -> [Finding] {
        let names = [
            "rack7", "rack7/a", "rack7/a/b", "rack7/c", "rack70", "rack70/a", "rack7-x/a", "rack9/b", "rack9/c/d",
        ]
        let kinds: [FindingKind] = [.drift, .unusedExposure, .restartNeeded]
        let states: [FindingState] = [.open, .stale, .exempted, .resolved]
        let severities: [Severity] = [.critical, .high, .medium, .low, .info]
        var findings: [Finding] = []
        for (place, name) in names.enumerated() {
            for (number, kind) in kinds.enumerated() {
                let mixed = place * 7 + number * 3 + seed * 5
                var finding = Finding(
                    kind: kind, path: NodePath(name)!, setting: number == 1 ? .autostart : .exposure,
                    severity: severities[mixed % 5],
                    state: states[mixed % 4], sentence: "s", remedy: "r", firstSeen: Date(timeIntervalSince1970: 0),
                    lastSeen: Date(timeIntervalSince1970: 1_700_000_000))
                finding.policy = "p\(mixed % 4)"
                if mixed % 3 == 0 {
                    finding.acknowledgement = FindingAcknowledgement(
                        by: "a", at: Date(timeIntervalSince1970: 0), note: "n")
                }
                findings.append(finding)
            }
        }
        return findings
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
