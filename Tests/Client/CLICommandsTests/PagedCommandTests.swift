import ControllerAPI
import Foundation
import HTTPServing
import NestingModel
import NestorTestKit
import Synchronization
import Testing

@testable import CLICommands

@Suite("A command that shows a page", .timeLimit(.minutes(1)))
struct PagedCommandTests {
    /// Runs a command against a server that has so many findings or hosts, one after the other by their numbers.
    /// - Returns: its exit code, and the limits of the pages that it asked for.
    private func run(_ words: [String], having count: Int, drifting: Int) async throws -> (code: Int32, limits: [Int]) {
        let folder = try TemporaryFolder()
        let limits = LimitLog()
        let server = HTTPServer(HTTPServer.Configuration(socketPath: folder("s"))) { request in
            let limit = Int(request.query("limit") ?? "") ?? 0
            limits.add(limit)
            let first = Int((request.query("after") ?? "").filter(\.isNumber)) ?? 0
            let numbers = first..<min(first + limit, count)
            let hasMore = numbers.upperBound < count
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            let body: Data?
            if request.query("lines") == "true" {
                let end = PageEnd(
                    next: hasMore ? "\(numbers.upperBound)" : nil, taken: numbers.count, drifting: drifting)
                return HTTPResponse(
                    headers: ["Content-Type": "application/x-ndjson"],
                    body: numbers.flatMap { _ in Array("{}\n".utf8) } + ((try? encoder.encode(end)) ?? Data()))
            }
            if request.path == APIRoute.hosts.rawValue {
                body = try? encoder.encode(
                    HostPage(
                        hosts: numbers.map { HostRow(Self.host($0 + 1)) }, more: count - numbers.upperBound,
                        next: hasMore ? Self.path(numbers.upperBound) : nil))
            } else if request.path == APIRoute.tree.rawValue {
                body = try? encoder.encode(
                    TreePage(
                        tree: NestingTree(roots: numbers.map { TreeNode(path: Self.path($0 + 1)) }), findings: [],
                        more: count - numbers.upperBound, next: hasMore ? Self.path(numbers.upperBound) : nil))
            } else {
                body = try? encoder.encode(
                    FindingPage(
                        findings: numbers.map { Self.finding($0 + 1) }, total: count, drifting: drifting,
                        next: hasMore ? "\(numbers.upperBound)" : nil))
            }
            return HTTPResponse(headers: ["Content-Type": "application/json"], body: [UInt8](body ?? Data()))
        }
        try server.start()
        let code = await NestorProgram.run(["--socket", folder("s")] + words, environment: [:], version: "1")
        await server.stop(deadline: .seconds(5))
        return (code, limits.all)
    }

    private static func path(_ number: Int) -> NodePath { NodePath(names: ["rack\(number)"]).unsafelyUnwrapped }

    private static func host(_ number: Int) -> HostView {
        HostView(
            host: FleetHost(
                path: path(number), address: "a", port: 22, user: "u", hostKeys: [], uuid: nil,
                agent: InstalledAgent(
                    directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "", version: "1"),
                enrolledAt: Date(timeIntervalSince1970: 0)), health: HostHealth(state: .ok), report: nil)
    }

    private static func finding(_ number: Int) -> Finding {
        Finding(
            kind: .unusedExposure, path: path(number), severity: .low, sentence: "s", remedy: "r",
            firstSeen: Date(timeIntervalSince1970: 0), lastSeen: Date(timeIntervalSince1970: 0))
    }

    @Test(
        "asks for what it shows and no more: a page for people, all for programs, and what --limit says",
        arguments: [
            (["drift"], 1_234, [100]), (["drift"], 0, [100]), (["drift", "--limit", "7"], 1_234, [7]),
            (["drift", "--limit", "700"], 1_234, [500, 200]), (["drift", "--limit", "0"], 1_234, [500, 500, 500]),
            (["drift", "-o", "json"], 4_321, [2_000, 2_000, 2_000]),
            (["drift", "-o", "json", "--limit", "3"], 1_234, [3]),
            (["drift", "-o", "json", "-l", "a=b"], 6_000, [5_000, 5_000]),
            (["drift", "-l", "a=b", "--limit", "700"], 1_234, [700]), (["drift", "-l", "a=b"], 1_234, [100]),
            (["tree"], 1_200, [500]), (["tree", "--limit", "3"], 1_200, [3]), (["tree"], 0, [500]),
            (["tree", "-o", "json"], 4_321, [2_000, 2_000, 2_000]), (["tree", "-o", "json"], 0, [2_000]),
            (["tree", "-o", "json", "--limit", "2100"], 4_321, [2_000, 100]),
            (["host", "list"], 1_200, [500]), (["host", "list", "--limit", "0"], 1_200, [500, 500, 500]),
            (["host", "list", "-o", "json"], 1_200, [500, 500, 500]), (["host", "list", "--limit", "3"], 0, [3]),
        ])
    func limits(words: [String], count: Int, limits: [Int]) async throws {
        #expect(try await run(words, having: count, drifting: 0).limits == limits)
    }

    @Test("exits with 2 for drift that is on no page that it shows", arguments: [(0, 0), (1, 2)] as [(Int, Int32)])
    func exitCode(drifting: Int, code: Int32) async throws {
        #expect(try await run(["drift", "--limit", "1"], having: 9, drifting: drifting).code == code)
        #expect(try await run(["drift", "--limit", "1", "-o", "json"], having: 9, drifting: drifting).code == code)
    }

    @Test("refuses a limit that is none", arguments: ["-1", "many"])
    func badLimit(limit: String) async throws {
        for command in [["drift"], ["tree"], ["host", "list"]] {
            let run = try await run(command + ["--limit=\(limit)"], having: 9, drifting: 0)
            #expect(run.code == ExitCode.usage && run.limits == [])
        }
    }
}

private final class LimitLog: Sendable {
    private let limits = Mutex<[Int]>([])

    var all: [Int] { limits.withLock { $0 } }
    func add(_ limit: Int) { limits.withLock { $0.append(limit) } }
}
