import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Synchronization
import Testing

@testable import SQLiteStore

@Suite("Hosts in a store")
struct HostRowTests {
    private static let paths = ["rack7", "rack7/a", "rack7/a/b", "rack7-x", "rack70", "rack70/a"].map { NodePath($0)! }

    @Test("are told without their reports, with how many guests each has")
    func rows() async throws {
        let store = try StoreFixture().open()
        let reports: [NodePath: Fact<[GuestReport]>] = [
            Self.paths[0]: .known([]), Self.paths[1]: .absent, Self.paths[2]: .unknown("no permission"),
        ]
        try await store.record { (work) throws(StoreFailure) in
            for path in Self.paths { try work.put(host: host(path)) }
            for (path, guests) in reports { try work.put(report: Self.report(guests), of: path) }
            try work.put(health: HostHealth(state: .ok), of: Self.paths[0])
            try work.put(health: HostHealth(state: .silent), of: Self.paths[1])
            try work.put(report: Self.report(.known([])), of: NodePath("rack99")!)
        }
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.hostRows() == work.hosts().map(HostRow.init))
            #expect(try work.hostRows().map(\.guests).prefix(3) == [.known(0), .absent, .unknown("no permission")])
            let roots = ["rack7", "rack7-x", "rack70"]
            #expect(try work.nestingRoots(after: nil, limit: 9).map(\.name) == roots)
            #expect(try work.nestingRoots(after: nil, limit: 2).map(\.name) == Array(roots.prefix(2)))
            #expect(try work.nestingRoots(after: NodePath("rack7")!, limit: 9).map(\.name) == Array(roots.dropFirst()))
            #expect(try work.nestingRootCount(after: nil) == 3)
            #expect(try work.nestingRootCount(after: NodePath("rack7-x")!) == 1)
            #expect(try work.guestCount() == 0)
            #expect(try work.silentHosts(limit: 9).map(\.path) == Self.paths.sorted().filter { $0 != Self.paths[0] })
            #expect(try work.silentHosts(limit: 1).map(\.health.state) == [.silent])
            for path in Self.paths {
                #expect(try work.hostHead(path) == work.host(path).map { HostHead($0) })
            }
            #expect(try work.hostHead(NodePath("rack99")!) == nil)
            #expect(try work.hostCounts() == [.ok: 1, .silent: 1, .never: 4])
            #expect(try work.enrolledHosts(inTreeOf: nil) == work.hosts().map(\.host))
            #expect(try work.host(NodePath("rack99")!) == nil, "a report enrols nobody")
        }
        await store.close()
    }

    @Test(
        "are found by their nesting tree, and not by a name that begins alike",
        arguments: [("rack7", 3), ("rack70", 2), ("rack7-x", 1), ("rack", 0)])
    func trees(root: String, count: Int) async throws {
        let store = try StoreFixture().open()
        try await store.record { (work) throws(StoreFailure) in
            for path in Self.paths { try work.put(host: host(path)) }
        }
        let path = NodePath(root)!
        try await store.read { (work) throws(StoreFailure) in
            let expected = Self.paths.filter { $0.root == path }
            #expect(try work.hosts(ofTree: path.name).map(\.host.path) == expected)
            #expect(try work.enrolledHosts(inTreeOf: path).map(\.path) == expected)
            #expect(expected.count == count)
        }
        await store.close()
    }

    @Test("are paged in the order of their paths", arguments: [1, 2, 4, 9])
    func pages(limit: Int) async throws {
        let store = try StoreFixture().open()
        try await store.record { (work) throws(StoreFailure) in
            for path in Self.paths { try work.put(host: host(path)) }
        }
        try await store.read { (work) throws(StoreFailure) in
            var (rows, after) = ([] as [HostRow], nil as NodePath?)
            repeat {
                let page = try work.hostPage(after: after, limit: limit)
                rows += page.hosts
                after = page.next
                #expect(page.hosts.count <= limit && page.more == Self.paths.count - rows.count)
                #expect((after == nil) == (page.more == 0))
            } while after != nil
            #expect(try rows == work.hostRows())
        }
        await store.close()
    }

    @Test("lose their tree with the last of them, and had one before trees were counted")
    func roots() async throws {
        let fixture = try StoreFixture(before: "CREATE TABLE tree")
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        for path in Self.paths {
            try connection.run(
                "INSERT INTO host VALUES (?, ?, NULL, NULL)",
                [
                    .text(path.description), .text(String(decoding: try encoder.encode(host(path)), as: UTF8.self)),
                ])
        }
        connection.close()
        let store = try fixture.open()
        try await store.record { (work) throws(StoreFailure) in
            #expect(try work.nestingRoots(after: nil, limit: 9).map(\.name) == ["rack7", "rack7-x", "rack70"])
            try work.remove(host: NodePath("rack7")!)
            try work.remove(host: NodePath("rack70")!)
            try work.remove(host: NodePath("rack70/a")!)
            #expect(try work.nestingRoots(after: nil, limit: 9).map(\.name) == ["rack7", "rack7-x"])
        }
        await store.close()
    }

    @Test("lose their reports with themselves")
    func remove() async throws {
        let store = try StoreFixture().open()
        try await store.record { (work) throws(StoreFailure) in
            try work.put(host: host())
            try work.put(report: Self.report(.known([])), of: rack7)
            try work.remove(host: rack7)
            try work.put(host: host())
            #expect(try work.host(rack7)?.report == nil)
        }
        await store.close()
    }

    @Test("keep the reports that an earlier version had beside them")
    func migrates() async throws {
        let fixture = try StoreFixture(before: "CREATE TABLE tree")
        let connection = try SQLiteConnection(path: fixture.path, readOnly: false)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .withoutEscapingSlashes
        let kinds: [Fact<[GuestReport]>?] = [.known([]), .absent, .unknown("no permission"), nil]
        for (path, guests) in zip(Self.paths, kinds) {
            let report = try guests.map { String(decoding: try encoder.encode(Self.report($0)), as: UTF8.self) }
            try connection.run(
                "INSERT INTO host VALUES (?, ?, NULL, ?)",
                [
                    .text(path.description), .text(String(decoding: try encoder.encode(host(path)), as: UTF8.self)),
                    report.map { .text($0) } ?? .null,
                ])
        }
        connection.close()
        let store = try fixture.open()
        try await store.read { (work) throws(StoreFailure) in
            #expect(try work.hosts().map { $0.report?.guests } == kinds)
            #expect(try work.hostRows() == work.hosts().map(HostRow.init))
        }
        await store.close()
    }

    @Test("can be read while a transaction is open that takes long, as they were before it", .timeLimit(.minutes(1)))
    func readsBeside() async throws {
        let store = try StoreFixture().open()
        try await store.record { (work) throws(StoreFailure) in try work.put(host: host()) }
        let (began, begin) = AsyncStream<Void>.makeStream()
        let goesOn = Mutex(false)
        async let writing: Void = store.record { (work) throws(StoreFailure) in
            try work.put(host: host(NodePath("rack8")!))
            begin.finish()
            while !goesOn.withLock({ $0 }) { sched_yield() }
        }
        for await _ in began {}
        // Were it behind the writer, which goes on only after it, it would never come.
        let seen = try? await store.read { (work) throws(StoreFailure) in try work.hosts().map(\.host.path) }
        goesOn.withLock { $0 = true }
        try await writing
        #expect(seen == [rack7])
        let after = try await store.read { (work) throws(StoreFailure) in try work.hosts().count }
        #expect(after == 2)
        await store.close()
    }

    @Test("are handed over tree by tree, each whole, also where names begin alike and there are more than go at once")
    func eachTree() async throws {
        let store = try StoreFixture().open()
        let paths = (0..<700).flatMap { number in
            ["r\(number)", "r\(number)/a", "r\(number)/a/b", "r\(number)-x/a"].compactMap { NodePath($0) }
        }
        try await store.record { (work) throws(StoreFailure) in
            for path in paths.shuffled() { try work.put(host: host(path)) }
            for path in paths.prefix(50) { try work.put(report: Self.report(.absent), of: path) }
        }
        try await store.read { (work) throws(StoreFailure) in
            var (pages, hosts) = ([Set<String>](), [HostView]())
            try work.eachTree { page in
                pages.append(Set(page.map(\.host.path.root.name)))
                hosts += page
            }
            #expect(try hosts.sorted { $0.host.path < $1.host.path } == work.hosts())
            #expect(pages.count > 2 && pages.reduce(0) { $0 + $1.count } == Set(paths.map(\.root)).count)
        }
        await store.close()
    }

    @Test("are told one by one, without the others")
    func some() async throws {
        let store = try StoreFixture().open()
        try await store.record { (work) throws(StoreFailure) in
            for path in Self.paths { try work.put(host: host(path)) }
        }
        try await store.read { (work) throws(StoreFailure) in
            let asked = [Self.paths[3], Self.paths[0], NodePath("rack99")!, Self.paths[0]]
            #expect(try work.hostRows(at: asked).map(\.path) == [Self.paths[0], Self.paths[3]])
            #expect(try work.hostRows(at: []) == [])
        }
        await store.close()
    }

    static func report(_ guests: Fact<[GuestReport]>) -> HostReport {
        HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"),
            time: Date(timeIntervalSince1970: 0), digest: "d",
            host: HostIdentity(
                machineID: .absent, smbiosUUID: .absent, smbiosUUIDSource: .absent, bootID: .absent, hostname: .absent,
                operatingSystem: .absent, kernelRelease: .absent, architecture: .absent),
            level: LevelEvidence(atLeast: .absent, evidence: []),
            cpu: CPUFacts(
                vendor: .absent, model: .absent, sockets: .absent, cores: .absent, threads: .absent,
                extension: .absent, secondLevelPaging: .absent, runsUnder: .absent),
            hypervisor: HypervisorFacts(
                kind: .absent, module: .absent, moduleState: .absent, nestedConfigured: .absent,
                nestedConfiguredBy: .absent, nestedLoaded: .absent, device: .absent, parameters: [:],
                manager: .absent), guests: guests)
    }
}
