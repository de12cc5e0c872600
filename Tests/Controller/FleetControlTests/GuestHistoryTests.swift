import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("What is remembered of a guest")
struct GuestHistoryTests {
    private func entries(_ controller: FleetController, _ path: NodePath = buildL1) async throws -> [HistoryEntry] {
        try await controller.history(of: path, since: nil, limit: 100).filter {
            $0.kind == .facts || $0.kind == .gone
        }
    }

    @Test("is each change of its facts, once, and that it is gone")
    func facts() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: false, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [])
        try await bench.run(at: time) { (controller: FleetController) async throws in
            for _ in 0..<3 { _ = try await controller.sweep(SweepRequest()) }
            #expect(try await entries(controller).map(\.facts?.exposure) == [.known(false)])
            time.pass(60)
            fleet.set { $0.l1Exposed = true }
            for _ in 0..<2 { _ = try await controller.sweep(SweepRequest()) }
            let changed = try await entries(controller)
            #expect(changed.map(\.facts?.exposure) == [.known(true), .known(false)])
            #expect(changed.first?.at == time.now)
            // Another guest's change adds nothing.
            fleet.set { $0.hasSpare = true }
            _ = try await controller.sweep(SweepRequest())
            #expect(try await entries(controller).count == 2)
            let spare = try #require(NodePath("rack7/spare"))
            fleet.set { $0.hasSpare = false }
            _ = try await controller.sweep(SweepRequest())
            #expect(try await entries(controller, spare).map(\.kind) == [.gone, .facts])
        }
    }

    @Test("is told for what there is or was, and for nothing else")
    func unknown() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [])
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            #expect(try await controller.history(of: rack7, since: nil, limit: 10) == [])
            let nowhere = try #require(NodePath("rack9/x"))
            let error = await #expect(throws: APIError.self) {
                try await controller.history(of: nowhere, since: nil, limit: 10)
            }
            #expect(error?.code == "path-unknown")
        }
    }

    @Test("ends when its host is removed")
    func removed() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [])
        try await bench.run { (controller: FleetController) async throws in
            _ = try await controller.sweep(SweepRequest())
            let inner = try #require(NodePath("rack7/build-l1/inner"))
            _ = try await controller.remove(
                buildL1, RemoveRequest(uninstall: false, operatorKey: nil), by: Requester(name: "t"))
            #expect(try await entries(controller, inner).map(\.kind) == [.gone, .facts])
        }
    }

    @Test("tells a guest that has been exposed for long and ran no guest, and takes it back when it does")
    func unused() async throws {
        let (fleet, time) = (ScriptedFleet(l1Exposed: true, innerRuns: false), TestTime())
        let bench = try await Bench(fleet, policies: [])
        func unused(_ controller: FleetController) async throws -> [NodePath] {
            _ = try await controller.sweep(SweepRequest())
            return try await controller.findings(path: nil, resolved: false)
                .filter { $0.kind == .unusedExposure }.map(\.path)
        }
        try await bench.run(at: time) { (controller: FleetController) async throws in
            for _ in 0..<13 {
                #expect(try await unused(controller).isEmpty)
                time.pass(86_400)
            }
            #expect(try await unused(controller).isEmpty)
            time.pass(86_400)
            #expect(try await unused(controller) == [buildL1])
            // A draft of policies says nothing about it.
            let preview = try await controller.preview(policies: ApplyRequest(files: [], prune: true))
            #expect(preview.closes.isEmpty && preview.opens.isEmpty)
            fleet.set { $0.l1InUse = true }
            #expect(try await unused(controller).isEmpty)
            // It restarts: from now on it has used nothing again.
            fleet.set { $0.l1InUse = false }
            time.pass(13 * 86_400)
            #expect(try await unused(controller).isEmpty)
        }
    }

    @Test("a start after a time without news begins the count anew, since nobody saw what the guest did")
    func unseen() async throws {
        let store = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [])
        let time = TestTime()
        func note(_ run: Int, heard: Date?, before: Int?) async throws -> Date? {
            var guests = [guest("build-l1", uuid: "u", exposed: true)]
            guests[0].run = .known(run)
            let report = report(uuid: "h", sees: .svm, guests: guests)
            guests[0].run = .known(before ?? 0)
            let old = before == nil ? nil : FleetControlTests.report(uuid: "h", sees: .svm, guests: guests)
            let now = time.now
            return try await store.store.record { (work) throws(StoreFailure) in
                try work.note(report: report, after: old, heard: heard, of: rack7, at: now)
                return try work.unusedExposure(ofTree: nil)[buildL1]
            }
        }
        let first = time.now
        #expect(try await note(1, heard: nil, before: nil) == first)
        time.pass(600)
        #expect(try await note(2, heard: first, before: 1) == first, "a restart between two sweeps")
        time.pass(7_200)
        #expect(try await note(2, heard: first, before: 2) == first, "the same run counts all the time")
        #expect(try await note(3, heard: first, before: 2) == time.now)
        await store.end()
    }
}
