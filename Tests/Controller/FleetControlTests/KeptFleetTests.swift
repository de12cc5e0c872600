import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl
@testable import SQLiteStore

/// What the controller keeps in memory of the fleet, and what it reads of it.
@Suite("Of the fleet") struct KeptFleetTests {
    /// A report that nobody can read: whoever reads its tree fails.
    private func spoil(_ path: String, _ bench: Bench) throws {
        let connection = try SQLiteConnection(
            path: bench.folder.appending(path: "nestor.db").path, readOnly: false)
        try connection.execute("UPDATE host_report SET document = 'x' WHERE path = '\(path)'")
        connection.close()
    }

    @Test("a question about one place reads its tree and no other")
    func oneTree() async throws {
        let place = NodePath("rack8/g1")!
        let bench = try await Bench(
            .plain(["rack8": 2, "rack9": 2]), policies: [policy(exposure: true, paths: ["*/*"])])
        try await bench.run { controller in
            _ = try await controller.sweep(SweepRequest())
            try spoil("rack9", bench)
            _ = controller.judgementMemory.take()
            await #expect(throws: APIError.self, "or nothing would be shown here") { try await controller.assess() }
            _ = try await controller.explain(place)
            _ = try await controller.policyFile(of: place)
            _ = try await controller.tree(at: [place])
            _ = try await controller.findings(FindingQuery(paths: [place]))
            _ = try await controller.freeze(
                FreezeRequest(reason: "r", paths: [place]), by: Requester(name: "t"))
        }
    }

    @Test("what was judged is planned and previewed without reading a report again")
    func kept() async throws {
        let bench = try await Bench(
            .plain(["rack8": 2, "rack9": 2]), policies: [policy(exposure: true, paths: ["*/*"])])
        try await bench.run { controller in
            _ = try await controller.sweep(SweepRequest())
            try spoil("rack9", bench)
            let plan = try await controller.plan(Selection(paths: [NodePath("rack8")!]))
            #expect(plan.plan.items.count == 2)
            let none = try await controller.preview(policies: ApplyRequest(files: [], prune: true))
            #expect(none.closes.count == 4)
        }
    }

    @Test("a report that was received again unchanged counts as new where its age matters")
    func age() async throws {
        let bench = try await Bench(.plain(["rack8": 1]), policies: [policy(exposure: true, paths: ["rack8/*"])])
        let time = TestTime()
        try await bench.run(at: time) { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            let age = DisruptionRules(restart: true, drain: true).reportAgeSeconds
            time.pass(TimeInterval(age) + 1)
            let old = try await controller.assess().plan(Selection(), now: time.now)
            #expect(old.blocked.map(\.code) == ["report-too-old"])
            _ = try await controller.sweep(SweepRequest())
            #expect(controller.judgementMemory.judgedTrees == 0, "nothing changed")
            #expect(try await controller.assess().plan(Selection(), now: time.now).items.count == 1)
        }
    }
}
