import FleetStore
import Foundation
import NestorTestKit
import Testing

@testable import SQLiteStore

@Suite("A store's file")
struct FaultyFileTests {
    @Test("that a newer version made is refused, and left as it is")
    func newer() async throws {
        let fixture = try StoreFixture()
        await (try fixture.open()).close()
        try fixture.execute("PRAGMA user_version = 99; CREATE TABLE tomorrow (a)")
        let failure = #expect(throws: StoreFailure.self) { try fixture.open() }
        #expect(failure?.code == .newer)
        #expect(failure?.sentence.contains("99") == true)
        try fixture.execute("INSERT INTO tomorrow VALUES (1)")
    }

    @Test("that is none is told with what to do, and left as it is")
    func garbage() throws {
        let fixture = try StoreFixture()
        let text = String(repeating: "this is no database. ", count: 500)
        try fixture.folder.write(text, to: "nestor.db")
        let failure = #expect(throws: StoreFailure.self) { try fixture.open() }
        #expect(failure?.code == .corrupt)
        #expect(failure?.remedy.contains("backup") == true)
        #expect(try String(contentsOfFile: fixture.path, encoding: .utf8) == text)
    }

    @Test("with a document that can't be read tells which kind, instead of losing it")
    func document() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try await store.record { (work) throws(StoreFailure) in try work.put(host: host()) }
        try fixture.execute("UPDATE host SET document = '{}'")
        let failure = await #expect(throws: StoreFailure.self) {
            try await store.read { (work) throws(StoreFailure) in try work.hosts() }
        }
        #expect(failure?.code == .corrupt)
        #expect(failure?.sentence.contains("FleetHost") == true)
        await store.close()
    }

    @Test("in a folder that is not there is told")
    func noFolder() throws {
        let fixture = try StoreFixture()
        let failure = #expect(throws: StoreFailure.self) {
            try SQLiteStore(path: fixture.folder("none/nestor.db"), now: { Date() })
        }
        #expect(failure?.code == .unavailable)
    }
}
