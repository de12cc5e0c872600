import Foundation
import NestingModel
import NestorTestKit
import Testing

@testable import SQLiteStore

/// A folder with a store's file in it.
struct StoreFixture {
    let folder: TemporaryFolder
    var path: String { folder("nestor.db") }

    init() throws { folder = try TemporaryFolder() }

    /// With a store as it was before the migration that holds these words, so that a test of what that one does needs
    /// no word about those that came later.
    /// - Parameter sql: what the nestord of that time had stored.
    init(before words: String, holding sql: String = "") throws {
        try self.init()
        let index = try #require(migrations.firstIndex { $0.contains(words) })
        try execute(migrations[..<index].joined() + "PRAGMA user_version = \(index);" + sql)
    }

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
