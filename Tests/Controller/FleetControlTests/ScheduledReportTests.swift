import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Testing

@testable import FleetControl

/// A report file with one report, due every day at 07:00 in Berlin.
func reportFile(
    name: String = "daily", select: String = "{all: true}", cron: String = "0 7 * * *", recipients: [String] = ["a"]
) -> ApplyRequest {
    let list = recipients.map { "{name: \($0), file: {folder: /\($0)}}" }.joined(separator: ", ")
    return ApplyRequest(files: [
        DocumentFile(
            name: "r.yaml",
            text: """
                reports:
                  - name: \(name)
                    select: \(select)
                    schedule: {cron: "\(cron)", time-zone: Europe/Berlin}
                    formats: [text]
                \(list.isEmpty ? "" : "    recipients: [\(list)]")
                """)
    ])
}

extension FleetController {
    /// Waits until nobody is sent anything any more.
    func untilSent() async {
        while let task = delivering.values.first { await task.value }
    }

    /// What the schedule's loop does at one look.
    func look() async {
        await runDueReports()
        await startDeliveries()
        await untilSent()
    }
}

let tester = Requester(name: "test")

@Suite("A scheduled report")
struct ScheduledReportTests {
    private func withBench(
        _ fleet: ScriptedFleet = ScriptedFleet(l1Exposed: false, innerRuns: false), at time: String,
        _ body: (Bench, ScriptedCourier, TestClock) async throws -> Void
    ) async throws {
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(bench, ScriptedCourier(), TestClock(time)))
        } catch {
            result = .failure(error)
        }
        await bench.end()
        try result.get()
    }

    @Test("runs when it is due and not before, once, and is compared with its own run before")
    func due() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        try await withBench(fleet, at: "2026-01-05T05:00:00Z") { bench, courier, clock in
            let controller = try await bench.controller(courier: courier, now: { clock.now })
            let answer = try await controller.apply(reports: reportFile(), by: tester)
            #expect(answer == ApplyAnswer(revision: 1, added: ["daily"], changed: [], removed: [], warnings: []))
            await controller.look()
            #expect(try await controller.reportRuns("daily") == [])
            clock.set("2026-01-05T06:00:00Z")
            for _ in 1...3 { await controller.look() }
            let first = try await controller.reportRun("daily", run: nil)
            #expect(first.summary.number == 1 && !first.summary.late && first.summary.requestedBy == "nestord")
            #expect(first.findings.filter { $0.finding.kind == .drift }.map(\.standing) == [.new])
            fleet.set {
                $0.l1Exposed = true
                $0.l1Sees = .svm
            }
            clock.set("2026-01-06T06:00:00Z")
            await controller.look()
            let second = try await controller.reportRun("daily", run: "2")
            #expect(second.findings.filter { $0.finding.kind == .drift }.map(\.standing) == [.resolved])
            #expect(courier.runs(in: "/a") == [1, 2])
            let row = try #require(try await controller.reports().reports.first)
            #expect(row.nextAt?.formatted(.iso8601) == "2026-01-07T06:00:00Z")
            #expect(row.last?.number == 2)
            #expect(row.recipients.map(\.waiting) == [0])
            let difference = try await controller.reportDifference("daily", from: nil, to: nil)
            #expect(difference.closed.map(\.finding.path).contains(buildL1) && difference.opened.isEmpty)
            await controller.stop()
        }
    }

    @Test("that was missed while the controller was down runs once when it starts, marked late")
    func missed() async throws {
        try await withBench(at: "2026-01-05T05:00:00Z") { bench, courier, clock in
            let first = try await bench.controller(courier: courier, now: { clock.now })
            _ = try await first.apply(reports: reportFile(), by: tester)
            await first.stop()
            clock.set("2026-01-09T20:00:00Z")
            let second = try await bench.controller(courier: courier, now: { clock.now })
            for _ in 1...3 { await second.look() }
            let runs = try await second.reportRuns("daily")
            #expect(runs.map(\.late) == [true])
            #expect(runs.first?.dueAt?.formatted(.iso8601) == "2026-01-05T06:00:00Z")
            #expect(courier.runs(in: "/a") == [1])
            clock.set("2026-01-10T06:00:00Z")
            await second.look()
            #expect(try await second.reportRuns("daily").map(\.late) == [false, true])
            await second.stop()
        }
    }

    @Test("runs at once when somebody asks, with that person in the audit log, and stays due")
    func asked() async throws {
        try await withBench(at: "2026-01-05T05:59:00Z") { bench, courier, clock in
            let controller = try await bench.controller(courier: courier, now: { clock.now })
            _ = try await controller.apply(reports: reportFile(), by: tester)
            #expect(try await controller.runReport("daily", by: Requester(name: "alice")).requestedBy == "alice")
            #expect(
                try await controller.audit(limit: 1).map { "\($0.actor) \($0.action) \($0.subject)" } == [
                    "alice report.run daily"
                ])
            clock.set("2026-01-05T06:00:00Z")
            await controller.look()
            #expect(courier.runs(in: "/a") == [1, 2])
            await controller.stop()
        }
    }

    @Test("reminds of a freeze as long as it lasts")
    func freeze() async throws {
        try await withBench(at: "2026-01-05T05:59:00Z") { bench, courier, clock in
            let controller = try await bench.controller(courier: courier, now: { clock.now })
            _ = try await controller.apply(reports: reportFile(), by: tester)
            _ = try await controller.freeze(FreezeRequest(reason: "incident"), by: tester)
            _ = try await controller.runReport("daily", by: tester)
            #expect(try await controller.reportRun("daily", run: nil).freeze?.reason == "incident")
            try await controller.unfreeze(by: tester)
            _ = try await controller.runReport("daily", by: tester)
            #expect(try await controller.reportRun("daily", run: nil).freeze == nil)
            await controller.stop()
        }
    }

    @Test("is taken whole or not at all, by its revision, and with a warning where it selects nothing")
    func applies() async throws {
        try await withBench(at: "2026-01-05T05:00:00Z") { bench, courier, clock in
            let controller = try await bench.controller(courier: courier, now: { clock.now })
            let bad = await #expect(throws: APIError.self) {
                try await controller.apply(reports: reportFile(cron: "0 0 30 2 *"), by: tester)
            }
            #expect(bad?.code == "reports-invalid" && bad?.faults.count == 1)
            let idle = try await controller.apply(
                reports: reportFile(select: "{paths: [\"nowhere/**\"]}"), by: tester)
            #expect(idle.warnings == ["report 'daily' (r.yaml:2) selects nothing that is there now"])
            var stale = reportFile()
            stale.expectedRevision = 7
            let refused = await #expect(throws: APIError.self) {
                try await controller.apply(reports: stale, by: tester)
            }
            #expect(refused?.code == "revision-changed")
            #expect(try await controller.apply(reports: reportFile(), by: tester).changed == ["daily"])
            #expect(try await controller.apply(reports: reportFile(), by: tester).revision == 2, "nothing changed")
            #expect(try await controller.audit(limit: 10).filter { $0.action == "report.apply" }.count == 2)
            var prune = reportFile(name: "other")
            prune.prune = true
            #expect(try await controller.apply(reports: prune, by: tester).removed == ["daily"])
            let unknown = await #expect(throws: APIError.self) { try await controller.reportRuns("daily") }
            #expect(unknown?.code == "report-unknown")
            await controller.stop()
        }
    }

    @Test("keeps so many runs whole, the figures of more, and never forgets one that has yet to arrive")
    func keeps() async throws {
        try await withBench(at: "2026-01-05T06:30:00Z") { bench, courier, clock in
            courier.refuse(["/b"])
            let controller = try await bench.controller(courier: courier, now: { clock.now })
            _ = try await controller.apply(reports: reportFile(recipients: ["a", "b"]), by: tester)
            for number in 1...ReportKeeping.whole + 3 {
                let occasion = ReportOccasion(id: "run-\(number)", at: clock.now, requestedBy: "test")
                _ = try await bench.store.record { (work) throws(StoreFailure) in
                    try work.takeReportRun(of: "daily", occasion, from: FleetPicture(reading: work))
                }
                // To b nothing goes after the first refusal, until its pause is over.
                await controller.startDeliveries()
                await controller.untilSent()
                if number == 2 { courier.refuse([]) }
                clock.advance(60)
            }
            #expect(courier.runs(in: "/b") == courier.runs(in: "/a"))
            let gone = await #expect(throws: APIError.self) { try await controller.reportRun("daily", run: "3") }
            #expect(gone?.code == "report-run-unknown")
            #expect(try await controller.reportRuns("daily").count == ReportKeeping.whole + 3)
            await controller.stop()
        }
    }
}
