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

    /// The number of the first record that does not follow from the one before.
    private func firstBreak(_ fixture: StoreFixture) async throws -> Int? {
        let store = try fixture.open()
        let records = try await store.read { (work) throws(StoreFailure) in try work.audit(limit: 100) }
        await store.close()
        var before = ""
        for record in records.reversed() {
            let fields = [
                before, record.time.formatted(.iso8601), record.actor, record.action, record.subject, record.detail,
            ]
            let text = fields.map { "\($0.utf8.count):\($0)" }.joined()
            guard record.hash == Digest.sha256Hex(of: Array(text.utf8)) else { return record.number }
            before = record.hash
        }
        return nil
    }

    @Test("is a chain: each record's hash covers the one before")
    func chain() async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        #expect(try await firstBreak(fixture) == nil)
    }

    @Test(
        "shows a record that somebody changed or took out by hand",
        arguments: [
            ("UPDATE audit SET actor = 'bob' WHERE number = 2", 2), ("DELETE FROM audit WHERE number = 3", 4),
            // The same text, divided otherwise.
            ("UPDATE audit SET action = 'freezefleet', subject = '' WHERE number = 4", 4),
        ])
    func tampered(sql: String, number: Int) async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        try fixture.execute("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed; \(sql)")
        #expect(try await firstBreak(fixture) == number)
    }

    @Test("takes no change and no removal", arguments: ["UPDATE audit SET actor = 'bob'", "DELETE FROM audit"])
    func appendOnly(sql: String) async throws {
        let fixture = try StoreFixture()
        try await filled(fixture)
        #expect(throws: StoreFailure.self) { try fixture.execute(sql) }
        #expect(try await firstBreak(fixture) == nil)
    }
}
