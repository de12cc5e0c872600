import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("What changed of the fleet, in a store")
struct TreeChangeTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let inside = NodePath(names: ["rack7", "build"])!

    private static func health(_ state: HostState, _ seconds: TimeInterval) -> HostHealth {
        HostHealth(state: state, checkedAt: now + seconds, reportedAt: now + seconds)
    }

    private static func finding(_ kind: FindingKind, _ state: FindingState, seen: Date) -> Finding {
        Finding(
            kind: kind, path: inside, setting: .exposure, severity: .low, state: state, sentence: "", remedy: "",
            firstSeen: now, lastSeen: seen)
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isChange: Bool
        var event: @Sendable (any FleetWriting) throws(StoreFailure) -> Void

        init(
            _ name: String, _ isChange: Bool,
            _ event: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Void
        ) {
            (testDescription, self.isChange, self.event) = (name, isChange, event)
        }
    }

    private static let cases = [
        Case("another address", true) { (work) throws(StoreFailure) in try work.put(host: host(address: "10.0.0.8")) },
        Case("the same host again", false) { (work) throws(StoreFailure) in try work.put(host: host()) },
        Case("a host inside it", true) { (work) throws(StoreFailure) in try work.put(host: host(inside)) },
        Case("read once more", false) { (work) throws(StoreFailure) in try work.put(health: health(.ok, 60), of: rack7)
        },
        Case("not read", true) { (work) throws(StoreFailure) in try work.put(health: health(.silent, 60), of: rack7) },
        Case("gone", true) { (work) throws(StoreFailure) in try work.remove(host: rack7) },
        Case("what an evaluation found", false) { (work) throws(StoreFailure) in
            let found = finding(.drift, .open, seen: now)
            try work.put(findings: [found])
            try work.add(history: [HistoryEntry(.opened, found, at: now)])
            try work.markJudged(trees: ["rack7"], at: now)
        },
        Case("a person's word", true) { (work) throws(StoreFailure) in
            try work.add(history: [HistoryEntry(.acknowledged, finding(.drift, .open, seen: now), at: now)])
        },
        Case("a correction", true) { (work) throws(StoreFailure) in
            try work.add(history: [HistoryEntry(.corrected, finding(.drift, .open, seen: now), at: now)])
        },
    ]

    @Test("is the tree of what an evaluation would find otherwise, and nothing else", arguments: cases)
    private func tells(item: Case) async throws {
        let store = try StoreFixture().open()
        let other = NodePath(names: ["rack70"])!
        let before = try await store.record { (work) throws(StoreFailure) in
            for path in [rack7, other] {
                try work.put(host: host(path))
                try work.put(health: Self.health(.ok, 0), of: path)
            }
            return try work.changedTrees(since: 0)
        }
        #expect(before.trees == ["rack7", "rack70"])
        let event = item.event
        let after = try await store.record { (work) throws(StoreFailure) in
            try event(work)
            return try work.changedTrees(since: before.count)
        }
        #expect(after.trees == (item.isChange ? ["rack7"] : []))
        #expect((after.count > before.count) == item.isChange)
        await store.close()
    }

    @Test("lets what was seen at a tree's last judgement be seen by those since, and nothing that was left then")
    func seen() async throws {
        let store = try StoreFixture().open()
        let later = Self.now + 3_600
        try await store.record { (work) throws(StoreFailure) in
            try work.put(findings: [
                Self.finding(.drift, .open, seen: Self.now), Self.finding(.crossCheck, .stale, seen: Self.now),
                Self.finding(.restartNeeded, .exempted, seen: Self.now),
                Self.finding(.unreadable, .exempted, seen: Self.now - 60),
            ])
            try work.markJudged(trees: ["rack7"], at: Self.now)
            try work.markJudged(trees: [], at: later)
            let standing = try work.standingFindings(ofTree: "rack7")
            #expect(
                standing.map { "\($0.kind) \($0.lastSeen.timeIntervalSince(Self.now))" } == [
                    "cross-check 0.0", "drift 3600.0", "restart-needed 3600.0", "unreadable -60.0",
                ])
            #expect(try work.openFindings() + work.exemptedFindings() == standing)
            #expect(try work.standingFindings(ofTree: "rack") == [])
        }
        await store.close()
    }
}
