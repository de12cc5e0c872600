import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import NestingPolicy
import Testing

@testable import FleetControl

@Suite("A page of the fleet")
struct PageTests {
    /// rack7, rack8 and rack9, of which the last two have guests that a policy wants otherwise.
    private func withFleet(_ body: (FleetController) async throws -> Void) async throws {
        let bench = try await Bench(
            .plain(["rack8": 3, "rack9": 2]), policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*"])])
        try await bench.run { controller in
            _ = try await controller.sweep(SweepRequest())
            try await body(controller)
        }
    }

    @Test("of findings has all of them counted, and is followed by the others", arguments: [1, 2, 4, 500])
    func findings(limit: Int) async throws {
        try await withFleet { controller in
            let all = try await controller.findings(path: nil, resolved: false)
            var query = FindingQuery(limit: limit)
            var read: [Finding] = []
            repeat {
                let page = try await controller.findings(query)
                #expect(page.total == all.count && page.drifting == all.count(where: \.countsAsDrift))
                #expect(page.findings.count == min(limit, all.count - read.count))
                read += page.findings
                query.after = page.next
            } while query.after != nil
            #expect(read == all)
            #expect(read.count(where: \.countsAsDrift) >= 5)
        }
    }

    @Test(
        "holds at least one finding and no more than a bounded number, whatever is asked for", arguments: [-1, 0, .max])
    func limits(limit: Int) async throws {
        try await withFleet { controller in
            let page = try await controller.findings(FindingQuery(limit: limit))
            #expect(page.findings.count == (limit < 1 ? 1 : page.total))
            let tree = try await controller.tree(after: nil, limit: limit)
            #expect(tree.tree.roots.count == (limit < 1 ? 1 : 3))
        }
    }

    @Test("knows a place that has nothing to tell, and refuses one that does not exist")
    func places() async throws {
        try await withFleet { controller in
            let quiet = NodePath("rack7")!
            #expect(try await controller.findings(FindingQuery(paths: [quiet])).total == 0)
            let one = NodePath("rack8/g1")!
            let page = try await controller.findings(FindingQuery(paths: [one, quiet]))
            #expect(page.findings.map(\.path) == [one])
            for path in ["rack8/g9", "rack88", "rack"].map({ NodePath($0)! }) {
                let error = await #expect(throws: APIError.self) {
                    try await controller.findings(FindingQuery(paths: [one, path]))
                }
                #expect(error?.code == "path-unknown" && error?.sentence.contains("'\(path)'") == true)
                await #expect(throws: APIError.self) { try await controller.tree(at: [path]) }
            }
        }
    }

    @Test("of findings is of what a selector picks, and refuses what picks nothing and policies that are not there")
    func selected() async throws {
        try await withFleet { controller in
            var query = FindingQuery(selector: PolicySelector(hosts: ["rack8"], not: [PolicySelector(guests: ["g2"])]))
            let page = try await controller.findings(query)
            #expect(page.findings.map(\.path.description) == ["rack8/g0", "rack8/g1"])
            #expect(page.total == 2 && page.drifting == 2)
            query.policies = ["other"]
            for (query, code) in [
                (FindingQuery(selector: PolicySelector(guests: ["nobody"])), "selection-empty"),
                (FindingQuery(selector: PolicySelector()), "selector-invalid"), (query, "policy-unknown"),
            ] {
                let error = await #expect(throws: APIError.self) { try await controller.findings(query) }
                #expect(error?.code == code)
            }
        }
    }

    @Test("of the tree holds whole trees with what is open in them, and the next one begins behind them")
    func tree() async throws {
        try await withFleet { controller in
            let whole = try await controller.read { (work) throws(StoreFailure) in
                NestingTree(joining: try work.hosts())
            }
            var roots: [TreeNode] = []
            var findings: [Finding] = []
            var after: NodePath?
            repeat {
                let page = try await controller.tree(after: after, limit: 1)
                #expect(page.tree.roots.count == 1 && page.more == whole.roots.count - roots.count - 1)
                #expect(page.findings.allSatisfy { $0.path.root == page.tree.roots[0].path })
                roots += page.tree.roots
                findings += page.findings
                after = page.next
            } while after != nil
            #expect(NestingTree(roots: roots) == whole)
            #expect(Set(findings.map(\.id)) == Set(try await controller.findings(FindingQuery()).findings.map(\.id)))
            let place = try await controller.tree(at: [NodePath("rack9/g0")!])
            #expect(place.tree.roots.map(\.path) == [NodePath("rack9/g0")!] && place.findings.count == 1)
        }
    }

    @Test("is not needed to know how many findings are open")
    func status() async throws {
        try await withFleet { controller in
            let open = try await controller.findings(path: nil, resolved: false)
            let status = try await controller.status(version: "1", stateDirectory: "/")
            #expect(status.findings == Dictionary(grouping: open, by: \.severity.rawValue).mapValues(\.count))
            #expect(status.hosts.values.reduce(0, +) == 4)
        }
    }

    @Test("of documents has what the same page has as values, byte for byte", arguments: [1, 3, 500])
    func lines(limit: Int) async throws {
        try await withFleet { controller in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            func line(_ value: some Encodable) throws -> String {
                String(decoding: try encoder.encode(value), as: UTF8.self)
            }
            func split(_ page: String) throws -> (documents: [String], end: PageEnd) {
                let lines = page.split(separator: "\n").map(String.init)
                return (
                    Array(lines.dropLast()), try JSONDecoder().decode(PageEnd.self, from: Data((lines.last ?? "").utf8))
                )
            }
            var (roots, after) = ([] as [String], nil as NodePath?)
            repeat {
                let page = try split(try await controller.treeLines(after: after, limit: limit))
                roots += page.documents
                after = page.end.next.flatMap { NodePath($0) }
                #expect(page.documents.count <= limit && page.end.taken >= page.documents.count)
            } while after != nil
            // rack7 has a host inside it, rack8 and rack9 have guests alone.
            let hosts = try await controller.read { (work) throws(StoreFailure) in try work.hosts() }
            #expect(try roots == NestingTree(joining: hosts).roots.map(line))
            _ = try await controller.sweep(SweepRequest())
            var query = FindingQuery(limit: limit)
            repeat {
                let page = try await controller.findings(query)
                let lines = try split(try await controller.findingLines(query))
                #expect(try lines.documents == page.findings.map(line))
                #expect(
                    lines.end.next.flatMap(FindingPlace.init(cursor:))
                        == page.next.flatMap(FindingPlace.init(cursor:)))
                #expect(lines.end.taken == page.findings.count && lines.end.drifting == page.drifting)
                query.after = page.next
            } while query.after != nil
        }
    }
}
