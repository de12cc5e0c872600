import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import NestorTestKit
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("What is observed of many hosts") struct GroupedCommitsTests {
    private static func host(_ number: Int) -> FleetHost {
        FleetHost(
            path: NodePath(names: ["rack\(number)"]).unsafelyUnwrapped, address: "10.0.0.7", port: 22, user: "root",
            hostKeys: [], uuid: nil,
            agent: InstalledAgent(
                directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "1"),
            enrolledAt: Date(timeIntervalSince1970: 0))
    }

    /// Which of a hundred could not be stored.
    private static func store(
        in commits: GroupedCommits, failing: Set<Int> = [], with store: SQLiteStore
    ) async -> Set<Int> {
        await withTaskGroup(of: Int?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do throws(StoreFailure) {
                        try await commits.commit { (work) throws(StoreFailure) in
                            try work.put(host: host(number))
                            if failing.contains(number) { throw StoreFailure(.conflict, "not this one") }
                        }
                        // Whoever comes back has what it brought in the store.
                        let path = host(number).path
                        let isThere = try await store.read { (work) throws(StoreFailure) in
                            try work.hostHead(path) != nil
                        }
                        #expect(isThere)
                        return nil
                    } catch {
                        #expect(error.code == .conflict)
                        return number
                    }
                }
            }
            return await group.reduce(into: []) { failed, number in if let number { failed.insert(number) } }
        }
    }

    private static func stored(in store: SQLiteStore) async throws -> Set<NodePath> {
        try await store.read { (work) throws(StoreFailure) in Set(try work.hostRows().map(\.path)) }
    }

    @Test("is stored in fewer transactions than there are hosts, and nothing of it is missing")
    func grouped() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
        let commits = GroupedCommits(store)
        #expect(await Self.store(in: commits, with: store) == [])
        #expect(try await Self.stored(in: store).count == 100)
        #expect(await commits.count < 100)
        await store.close()
    }

    @Test("is stored though some of it can't be, of which nothing is")
    func failing() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
        let failing: Set<Int> = [3, 40, 41, 99]
        #expect(await Self.store(in: GroupedCommits(store), failing: failing, with: store) == failing)
        let stored = try await Self.stored(in: store)
        #expect(stored == Set((0..<100).filter { !failing.contains($0) }.map { Self.host($0).path }))
        await store.close()
    }
}
