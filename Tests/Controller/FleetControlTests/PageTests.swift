import ControllerAPI
import FleetStore
import Foundation
import NestingModel
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

    @Test("of the tree holds whole trees with what is open in them, and the next one begins behind them")
    func tree() async throws {
        try await withFleet { controller in
            let whole = try await controller.look { (_, memory) in memory.picture.tree() }
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

    @Test("of a drift report lists the worst, and counts them all")
    func report() {
        let at = Date(timeIntervalSince1970: 0)
        func findings(_ name: String, _ severity: Severity, _ count: Int) -> [Finding] {
            (0..<count).map { number in
                Finding(
                    kind: .drift, path: NodePath(names: [name, "g\(number)"])!, severity: severity, sentence: "s",
                    remedy: "r", firstSeen: at, lastSeen: at)
            }
        }
        let many = findings("rack1", .low, DriftReport.mostListed) + findings("rack2", .critical, 7)
        var report = DriftReport(
            at: at, previousAt: nil, policyRevision: 1, hosts: 2, guests: 9, notHeard: [], new: many, persisting: [],
            resolved: many, freeze: nil)
        report.bound()
        #expect(
            report.new.count == DriftReport.mostListed && report.new.prefix(7).allSatisfy { $0.severity == .critical })
        #expect(report.counts.new == many.count && report.counts.resolved == many.count)
        #expect(report.counts.drifting == many.count)
    }
}
