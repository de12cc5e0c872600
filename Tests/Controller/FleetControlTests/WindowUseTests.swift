import ControllerAPI
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("Maintenance windows in use")
struct WindowUseTests {
    /// Nights of rack8 from 22:00 to 02:00 in Berlin.
    static let nights = """
        windows:
          - name: nights
            select: {paths: [rack8]}
            time-zone: Europe/Berlin
            days: [mon, tue, wed, thu, fri, sat, sun]
            start: "22:00"
            duration: 4h
        """

    private func run(
        _ fleet: ScriptedFleet, at time: String, _ text: String = nights, isSlow: Bool = false,
        _ body: (FleetController) async throws -> Void
    ) async throws {
        fleet.time.set(try Date(time, strategy: .iso8601))
        var policies = [policy(exposure: true, paths: ["rack8/*", "rack9/*"])]
        if isSlow {
            policies = [policy(exposure: true, paths: ["rack8/*"]), policy(exposure: true, paths: ["rack9/*"])]
            policies[0].disruption.shutdownSeconds = 600
            policies[1].name = "quick"
        }
        let bench = try await Bench(fleet, policies: policies)
        let controller = try await bench.controller(isTimed: true)
        _ = try await controller.apply(
            windows: ApplyRequest(files: [DocumentFile(name: "w.yaml", text: text)]), by: Requester(name: "t"))
        try await body(controller)
        await controller.stop()
        await bench.end()
    }

    @Test("a guest waits for its window, and one that no window selects does not")
    func waits() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        try await run(fleet, at: "2027-03-01T12:00:00Z") { (controller: FleetController) async throws in
            let shown = try await controller.plan(Selection())
            #expect(shown.waiting?.map(\.path.description) == ["rack8/g0"])
            let opens = try Date("2027-03-01T21:00:00Z", strategy: .iso8601)
            #expect(shown.waiting?.first?.until == opens)
            let done = try await controller.remediated()
            #expect(done.state == .succeeded, "\(done)")
            let begun = fleet.now.begun
            #expect(begun.map(\.path) == ["rack9/g0", "rack8/g0"])
            #expect(begun[0].at < opens && begun[1].at >= opens)
        }
    }

    @Test("nothing starts that could not end inside its window: it waits for the next one")
    func tooLate() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        // 01:57 in Berlin: three minutes are less than a whole change can take.
        try await run(fleet, at: "2027-03-02T00:57:00Z") { (controller: FleetController) async throws in
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.now.begun[0].at >= (try Date("2027-03-02T21:00:00Z", strategy: .iso8601)))
        }
    }

    @Test("a window in which no correction could ever end is refused with its place, and a blackout may be short")
    func shorterThanAnything() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        let text = Self.nights.replacing("4h", with: "2m")
        let error = await #expect(throws: APIError.self) {
            try await run(fleet, at: "2027-03-01T12:00:00Z", text) { (_: FleetController) async throws in }
        }
        #expect(error?.faults.map { "\($0.file):\($0.line)" } == ["w.yaml:7"], "\(String(describing: error))")
        #expect(error?.faults.first?.sentence.contains("is shorter than a correction may take, which is 7m") == true)
        let blackout = text.replacing("select:", with: "blackout: true\n    select:")
        try await run(fleet, at: "2027-03-01T12:00:00Z", blackout) { (controller: FleetController) async throws in
            #expect(try await controller.windows().windows.count == 1)
        }
    }

    @Test("a window that is shorter than the work is refused before anything begins")
    func tooShort() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        let text = Self.nights.replacing("4h", with: "10m")
        let noon = "2027-03-01T12:00:00Z"
        try await run(fleet, at: noon, text, isSlow: true) { (controller: FleetController) async throws in
            let error = await #expect(throws: APIError.self) { try await controller.remediated() }
            #expect(error?.code == "plan-empty" && error?.sentence.contains("rack8/g0 could never start") == true)
            #expect(try await controller.remediations().isEmpty)
        }
    }

    @Test("a guest that no window will ever let start is left out with its reason, and holds up no other one")
    func leftOut() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let text = Self.nights.replacing("4h", with: "10m")
        let noon = "2027-03-01T12:00:00Z"
        try await run(fleet, at: noon, text, isSlow: true) { (controller: FleetController) async throws in
            let shown = try await controller.plan(Selection())
            #expect(shown.plan.items.map(\.path.description) == ["rack9/g0"])
            #expect(shown.plan.blocked.map(\.code) == ["never-starts"])
            #expect(shown.plan.leftOut[0].sentence.contains("rack8/g0 could never start: 'nights' leaves no time open"))
            // Whoever names it is told that it can't be done, and gets nothing else instead.
            let named = Selection(paths: try ["rack8/g0", "rack9/g0"].map { try #require(NodePath($0)) })
            let plan = try await controller.plan(named)
            #expect(plan.plan.items.count == 2 && plan.waiting?.map(\.until) == [nil])
            let error = await #expect(throws: APIError.self) {
                try await controller.remediate(
                    RemediateRequest(selection: named, digest: plan.digest), by: Requester(name: "t"))
            }
            #expect(error?.sentence.contains("rack8/g0 could never start") == true)
            let done = try await controller.remediated()
            #expect(done.state == .succeeded && done.plan.leftOut == shown.plan.leftOut)
            #expect(fleet.exposed == ["rack9/g0"])
            let request = try await controller.plan(Selection(policies: ["p"]), outsideWindows: true)
            #expect(request.plan.items.map(\.path.description) == ["rack8/g0"])
            #expect(try await controller.remediated(now: true).state == .succeeded)
            #expect(fleet.exposed == ["rack8/g0", "rack9/g0"])
        }
    }

    @Test("--now runs outside of windows, which is in the audit log by itself")
    func now() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet, at: "2027-03-01T12:00:00Z") { (controller: FleetController) async throws in
            let done = try await controller.remediated(Requester(name: "alice"), nil, now: true)
            #expect(done.state == .succeeded && done.outsideWindows == true)
            #expect(fleet.now.begun[0].at < (try Date("2027-03-01T21:00:00Z", strategy: .iso8601)))
            let record = try await controller.audit(limit: 50).first { $0.action == "window.override" }
            #expect(record?.actor == "alice" && record?.detail == "rack8/g0")
        }
    }

    @Test("a blackout holds back what it selects until it is over")
    func blackout() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        let text = """
            windows:
              - name: year end
                blackout: true
                select: {all: true}
                time-zone: UTC
                dates: [2027-12-20]
                start: "00:00"
                duration: 14d
            """
        try await run(fleet, at: "2027-12-24T12:00:00Z", text) { (controller: FleetController) async throws in
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.now.begun[0].at >= (try Date("2028-01-03T00:00:00Z", strategy: .iso8601)))
        }
    }

    @Test("enforcement leaves what waits for its window, and corrects what may be corrected")
    func enforcement() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        fleet.time.set(try Date("2027-03-01T12:00:00Z", strategy: .iso8601))
        let bench = try await Bench(
            fleet, policies: [policy(exposure: true, mode: .enforce, paths: ["rack8/*", "rack9/*"])])
        let controller = try await bench.controller(isTimed: true)
        _ = try await controller.apply(
            windows: ApplyRequest(files: [DocumentFile(name: "w.yaml", text: Self.nights)]),
            by: Requester(name: "t"))
        _ = try await controller.sweep(SweepRequest())
        await controller.enforce()
        await controller.untilIdle()
        #expect(fleet.exposed == ["rack9/g0"])
        #expect(try await controller.remediations().map(\.state) == [.succeeded])
        await controller.stop()
        await bench.end()
    }

    @Test("applying is checked against its revision, recorded, and told with what comes next")
    func apply() async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1])
        try await run(fleet, at: "2027-03-01T12:00:00Z") { (controller: FleetController) async throws in
            let shown = try await controller.windows()
            #expect(shown.revision == 1)
            #expect(shown.windows.map(\.isOpen) == [false])
            #expect(shown.windows[0].start == (try Date("2027-03-01T21:00:00Z", strategy: .iso8601)))
            #expect(shown.windows[0].end == (try Date("2027-03-02T01:00:00Z", strategy: .iso8601)))
            let again = try await controller.apply(
                windows: ApplyRequest(files: [DocumentFile(name: "other.yaml", text: Self.nights)]),
                by: Requester(name: "t"))
            #expect(again.revision == 1 && again.changed == [])
            let stale = await #expect(throws: APIError.self) {
                try await controller.apply(
                    windows: ApplyRequest(
                        files: [DocumentFile(name: "w.yaml", text: "windows: []\n")], expectedRevision: 7, prune: true),
                    by: Requester(name: "t"))
            }
            #expect(stale?.code == "revision-changed")
            let pruned = try await controller.apply(
                windows: ApplyRequest(
                    files: [DocumentFile(name: "w.yaml", text: "windows: []\n")], expectedRevision: 1, prune: true),
                by: Requester(name: "t"))
            #expect(pruned.removed == ["nights"] && pruned.revision == 2)
            let idle = Self.nights.replacing("rack8", with: "rack5").replacing(
                "days: [mon, tue, wed, thu, fri, sat, sun]", with: "dates: [2020-02-29]")
            let warned = try await controller.apply(
                windows: ApplyRequest(files: [DocumentFile(name: "w.yaml", text: idle)]), by: Requester(name: "t"))
            #expect(warned.warnings.count == 2)
            #expect(try await controller.audit(limit: 10).count { $0.action == "window.apply" } == 3)
        }
    }
}
