import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("A store")
struct DurabilityTests {
    @Test("keeps all that it was given when it is opened again")
    func reopens() async throws {
        let fixture = try StoreFixture()
        let first = try fixture.open()
        let health = HostHealth(state: .hostKeyMismatch, sentence: "another key")
        let policies = PolicySet(
            revision: 3,
            policies: [
                Policy(name: "p", selector: PolicySelector(paths: ["rack7"]), desired: DesiredSettings(exposure: false))
            ])
        try await first.record { (work) throws(StoreFailure) in
            try work.put(host: host())
            try work.put(health: health, of: rack7)
            try work.put(policies: policies)
            try work.put(7, as: .epoch)
        }
        try await first.change(AuditEntry(actor: "a", action: "b", subject: "c")) { (_) throws(StoreFailure) in }
        await first.close()
        let second = try fixture.open()
        try await second.read { (work) throws(StoreFailure) in
            #expect(try work.hosts() == [HostView(host: host(), health: health, report: nil)])
            #expect(try work.policies() == policies)
            #expect(try work.value(.epoch, as: Int.self) == 7)
            #expect(try work.audit(limit: 10).map(\.action) == ["b"])
        }
        await second.close()
    }

    @Test("has on the disk what it acknowledged: a copy of its files at that moment holds it")
    func acknowledged() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        for number in 1...20 {
            try await store.record { (work) throws(StoreFailure) in try work.put(number, as: .epoch) }
            // What a killed process leaves: the store was not closed, and its log not written back.
            let copy = try StoreFixture()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: copy.path + suffix)
            }
            let reopened = try copy.open()
            let found = try await reopened.read { (work) throws(StoreFailure) in try work.value(.epoch, as: Int.self) }
            #expect(found == number)
            await reopened.close()
        }
        await store.close()
    }

    @Test("takes a transaction whole or not at all")
    func rollsBack() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        await #expect(throws: StoreFailure(.conflict, "no")) {
            try await store.change(AuditEntry(actor: "a", action: "b", subject: "c")) { (work) throws(StoreFailure) in
                try work.put(host: host())
                throw StoreFailure(.conflict, "no")
            }
        }
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.hosts() == [])
            #expect(try work.audit(limit: 1) == [])
        }
        await store.close()
    }

    @Test("changes nothing that it can't put into the audit log")
    func auditFirst() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try fixture.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
        await #expect(throws: StoreFailure.self) {
            try await store.change(AuditEntry(actor: "a", action: "b", subject: "c")) { (work) throws(StoreFailure) in
                try work.put(host: host())
            }
        }
        #expect(try await store.read { (work) throws(StoreFailure) in try work.hosts() } == [])
        await store.close()
    }

    @Test("keeps one policy revision from being written twice")
    func revisions() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.record { (work) throws(StoreFailure) in try work.put(policies: PolicySet(revision: 1)) }
        let failure = await #expect(throws: StoreFailure.self) {
            try await store.record { (work) throws(StoreFailure) in try work.put(policies: PolicySet(revision: 1)) }
        }
        #expect(failure?.code == .conflict)
        await store.close()
    }

    @Test("is for its owner's eyes only")
    func mode() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        await store.close()
    }

    @Test("that is closed says so")
    func closed() async throws {
        let store = try StoreFixture().open()
        await store.close()
        let failure = await #expect(throws: StoreFailure.self) {
            try await store.read { (work) throws(StoreFailure) in try work.hosts() }
        }
        #expect(failure?.code == .unavailable)
    }
}
