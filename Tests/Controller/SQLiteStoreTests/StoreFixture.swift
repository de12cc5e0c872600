import Foundation
import NestingModel
import NestorTestKit

@testable import SQLiteStore

/// A folder with a store's file in it.
struct StoreFixture {
    /// Takes back the migration of audit records, for a test that has one before it run again.
    static let withoutOrigins = "ALTER TABLE audit DROP COLUMN origin; ALTER TABLE audit DROP COLUMN place;"

    let folder: TemporaryFolder
    var path: String { folder("nestor.db") }

    init() throws { folder = try TemporaryFolder() }

    func open() throws -> SQLiteStore {
        try SQLiteStore(path: path, now: { Date(timeIntervalSince1970: 1_700_000_000) })
    }

    /// Something that only a hand at the file would do.
    func execute(_ sql: String) throws {
        let connection = try SQLiteConnection(path: path, readOnly: false)
        defer { connection.close() }
        try connection.execute(sql)
    }
}

let rack7 = NodePath(names: ["rack7"])!

func host(_ path: NodePath = rack7, address: String = "10.0.0.7") -> FleetHost {
    FleetHost(
        path: path, address: address, port: 22, user: "root", hostKeys: ["ssh-ed25519 AAAA"], uuid: nil,
        agent: InstalledAgent(
            directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "0.1.0"),
        enrolledAt: Date(timeIntervalSince1970: 0))
}
