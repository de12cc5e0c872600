import ControllerAPI
import Digests
import FleetStore
import Foundation
import Testing

@testable import SQLiteStore

@Suite("The audit log")
struct AuditLogTests {
    private func filled(_ fixture: StoreFixture) async throws {
        let store = try fixture.open()
        for number in 0..<5 {
            try await store.change(
                AuditEntry(actor: "alice", action: "freeze", subject: "fleet", detail: "reason \(number): ü")
            ) { (_) throws(StoreFailure) in }
        }
        await store.close()
    }

    private func chain(_ fixture: StoreFixture) async throws -> AuditChain {
        let store = try fixture.open()
        let records = try await store.read { (work) throws(StoreFailure) in try work.auditChain(after: 0, limit: 100) }
        await store.close()
        var chain = AuditChain()
        for record in records { chain.take(record) }
        return chain
    }

    @Test("is a chain: each record's hash covers the one before")
    func chain() async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        #expect(try await chain(fixture).fault == nil)
        #expect(try await chain(fixture).head.number == 5)
    }

    @Test("hashes a record as it always did, so that logs of earlier versions stay whole")
    func formula() {
        let entry = AuditEntry(actor: "alice", action: "freeze", subject: "fleet", detail: "ü")
        let text = "3:abc20:2026-11-25T10:00:00Z5:alice6:freeze5:fleet2:ü"
        #expect(
            AuditChain.hash(after: "abc", time: "2026-11-25T10:00:00Z", entry)
                == Digest.sha256Hex(of: Array(text.utf8)))
    }

    @Test("covers from where it was asked for, and the node that it is about")
    func origin() async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        let store = try fixture.open()
        try await store.change(
            AuditEntry(
                actor: "bob", action: "correction.send", subject: "4f-0-set", origin: "pid 7 (nestor), login alice",
                place: "rack7/build")
        ) { (_) throws(StoreFailure) in }
        let found = try await store.read { (work) throws(StoreFailure) in
            try (
                work.audit(AuditQuery(subject: "rack7")), work.audit(AuditQuery(subject: "rack7/build")),
                work.audit(AuditQuery(subject: "rack"))
            )
        }
        await store.close()
        #expect(found.0 == found.1 && found.2.isEmpty)
        #expect(found.0.map(\.origin) == ["pid 7 (nestor), login alice"] && found.0.map(\.place) == ["rack7/build"])
        #expect(try await chain(fixture).fault == nil)
        for field in ["origin", "place"] {
            try fixture.execute("DROP TRIGGER IF EXISTS audit_is_not_changed; UPDATE audit SET \(field) = ''")
            #expect(try await chain(fixture).fault?.number == 6)
        }
    }

    @Test(
        "shows a record that somebody changed or took out by hand",
        arguments: [
            ("UPDATE audit SET actor = 'bob' WHERE number = 2", 2), ("DELETE FROM audit WHERE number = 3", 3),
            ("DELETE FROM audit WHERE number < 3", 1), ("UPDATE audit SET hash = '0' WHERE number = 5", 5),
            ("UPDATE audit SET time = '2023-11-14T22:13:21Z' WHERE number = 1", 1),
            // The same text, divided otherwise.
            ("UPDATE audit SET action = 'freezefleet', subject = '' WHERE number = 4", 4),
        ])
    func tampered(sql: String, number: Int) async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        try fixture.execute("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed; \(sql)")
        let chain = try await chain(fixture)
        #expect(chain.fault?.number == number)
        #expect(chain.head.number == number - 1)
        #expect(chain.fault?.sentence.contains("\(number)") == true)
    }

    @Test("takes no change and no removal", arguments: ["UPDATE audit SET actor = 'bob'", "DELETE FROM audit"])
    func appendOnly(sql: String) async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        #expect(throws: StoreFailure.self) { try fixture.execute(sql) }
        #expect(try await chain(fixture).fault == nil)
    }

    @Test(
        "is looked through by who, what, of what and when",
        arguments: [
            (AuditQuery(actor: "ALI"), [6, 5, 4, 3, 2, 1]), (AuditQuery(actor: "bob"), [9, 8, 7]),
            (AuditQuery(action: "host"), [9, 8]), (AuditQuery(action: "host.enrol"), [8]),
            (AuditQuery(action: "free"), []), (AuditQuery(subject: "rack7"), [9, 8]),
            (AuditQuery(subject: "rack7/build"), [9]), (AuditQuery(subject: "4f"), [7]),
            (AuditQuery(actor: "bob", limit: 1), [9]), (AuditQuery(actor: "bob", action: "freeze"), []),
            (AuditQuery(since: Date(timeIntervalSince1970: 1_700_000_001)), []),
            (AuditQuery(actor: "bob", since: Date(timeIntervalSince1970: 1_700_000_000)), [9, 8, 7]),
            (AuditQuery(until: Date(timeIntervalSince1970: 1_700_000_000)), []),
        ] as [(AuditQuery, [Int])])
    func filtered(query: AuditQuery, numbers: [Int]) async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        let store = try fixture.open()
        for entry in [
            AuditEntry(actor: "Alice", action: "unfreeze", subject: "fleet"),
            AuditEntry(actor: "bob", action: "correction.send", subject: "4f-0-set"),
            AuditEntry(actor: "bob", action: "host.enrol", subject: "rack7"),
            AuditEntry(actor: "bob", action: "host.remove", subject: "rack7/build"),
            AuditEntry(actor: "carol", action: "hosting", subject: "rack77"),
        ] {
            try await store.change(entry) { (_) throws(StoreFailure) in }
        }
        let found = try await store.read { (work) throws(StoreFailure) in try work.audit(query) }
        await store.close()
        #expect(found.map(\.number).filter { $0 < 10 } == numbers)
    }
}
