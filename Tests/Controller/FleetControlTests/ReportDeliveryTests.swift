import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel
import NestorTestKit
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("The outbox of reports")
struct ReportDeliveryTests {
    private func withController(
        recipients: [String], _ body: (Bench, FleetController, ScriptedCourier, TestClock) async throws -> Void
    ) async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: false), policies: [policy(exposure: true)])
        let (courier, clock) = (ScriptedCourier(), TestClock("2026-01-05T05:00:00Z"))
        let controller = try await bench.controller(courier: courier, now: { clock.now })
        _ = try await controller.apply(reports: reportFile(recipients: recipients), by: tester)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(bench, controller, courier, clock))
        } catch {
            result = .failure(error)
        }
        await controller.stop()
        await bench.end()
        try result.get()
    }

    private func run(_ controller: FleetController, _ count: Int) async throws {
        for _ in 1...count {
            _ = try await controller.runReport("daily", by: tester)
            await controller.untilSent()
        }
    }

    @Test("shows a recipient that refuses, tries it again after a pause, and holds nobody else up")
    func refuses() async throws {
        try await withController(recipients: ["a", "b"]) { _, controller, courier, clock in
            courier.refuse(["/b"])
            try await run(controller, 3)
            #expect(courier.runs(in: "/a") == [1, 2, 3])
            #expect(courier.refused == 1, "one that refused is left alone until its pause is over")
            let row = try #require(try await controller.reports().reports.first)
            let refusing = row.recipients[1]
            #expect(refusing.waiting == 3 && refusing.health.failures == 1)
            #expect(refusing.health.sentence == "the folder is full" && refusing.health.remedy == "make room")
            #expect(row.recipients[0].health.lastDelivered == clock.now)
            let status = try await controller.status(version: "1", stateDirectory: "/s")
            #expect(status.reports?.failing == ["daily/b: the folder is full"])
            clock.advance(31)
            courier.refuse([])
            await controller.look()
            #expect(courier.runs(in: "/b") == [1, 2, 3], "in order")
            #expect(try await controller.reports().reports.first?.recipients[1].health.isFailing == false)
        }
    }

    @Test("is not held up by one that never answers, and a stop does not count as its refusal")
    func silent() async throws {
        try await withController(recipients: ["a", "b"]) { bench, controller, courier, clock in
            courier.hang(["/b"])
            _ = try await controller.runReport("daily", by: tester)
            while courier.runs(in: "/a").isEmpty { await Task.yield() }
            _ = try await controller.runReport("daily", by: tester)
            while courier.runs(in: "/a").count < 2 {
                await controller.startDeliveries()
                await Task.yield()
            }
            await controller.stop()
            let key = RecipientKey(report: "daily", recipient: "b")
            try await bench.store.read { (work) throws(StoreFailure) in
                #expect(try work.deliveries(to: key).count == 2)
                #expect(try work.recipientHealth(key) == nil)
            }
        }
    }

    @Test("takes a recipient's new address for what waits, and drops what waits for one that is no more, saying so")
    func changed() async throws {
        try await withController(recipients: ["a", "b"]) { _, controller, courier, clock in
            courier.refuse(["/a", "/b"])
            try await run(controller, 2)
            var moved = reportFile(recipients: [])
            moved.files[0].text += "\n    recipients: [{name: a, file: {folder: /elsewhere}}]"
            let answer = try await controller.apply(reports: moved, by: tester)
            await controller.untilSent()
            #expect(answer.warnings == ["2 that waited for 'daily/b' went with it, undelivered"])
            #expect(courier.runs(in: "/elsewhere") == [1, 2])
            #expect(courier.runs(in: "/b") == [])
        }
    }

    @Test("sends a report's formats to a mailbox as one message, and to a folder as a document each")
    func messages() async throws {
        try await withController(recipients: []) { bench, controller, _, clock in
            var file = reportFile(recipients: [])
            file.files[0].text = file.files[0].text.replacing("[text]", with: "[text, html, csv]")
            file.files[0].text +=
                "\n    recipients: [{name: m, mail: {server: 127.0.0.1, port: 1, from: a@b, to: [c@d]}},"
                + " {name: f, file: {folder: /f}}]"
            _ = try await controller.apply(reports: file, by: tester)
            let occasion = ReportOccasion(id: "x", at: clock.now, requestedBy: "test")
            try await bench.store.record { (work) throws(StoreFailure) in
                _ = try work.takeReportRun(of: "daily", occasion)
                #expect(
                    try work.deliveries(to: RecipientKey(report: "daily", recipient: "m", address: "c@d"))
                        .map(\.format) == [.text])
                #expect(
                    try work.deliveries(to: RecipientKey(report: "daily", recipient: "f")).map(\.format)
                        == [.text, .html, .csv])
            }
        }
    }

    private func mailing(_ addresses: String) -> ApplyRequest {
        var file = reportFile(recipients: [])
        file.files[0].text += "\n    recipients: [{name: m, mail: {server: 127.0.0.1, from: n@x, to: [\(addresses)]}}]"
        return file
    }

    @Test("sees to each address of a mailing by itself: one that is refused holds up no other, and none gets twice")
    func addresses() async throws {
        try await withController(recipients: []) { _, controller, courier, clock in
            _ = try await controller.apply(reports: mailing("a@x, gone@x, b@x"), by: tester)
            courier.refuse(["gone@x"])
            try await run(controller, 2)
            for address in ["a@x", "b@x"] { #expect(courier.runs(in: address) == [1, 2]) }
            let rows = try #require(try await controller.reports().reports.first).recipients
            #expect(rows.map(\.address) == ["a@x", "gone@x", "b@x"])
            #expect(rows.map(\.waiting) == [0, 2, 0] && rows.map(\.health.failures) == [0, 1, 0])
            #expect(rows[1].place == "mail gone@x by 127.0.0.1:587")
            let status = try await controller.status(version: "1", stateDirectory: "/s")
            #expect(status.reports?.failing == ["daily/m/gone@x: the folder is full"])
            courier.refuse([])
            clock.advance(31)
            await controller.look()
            #expect(courier.runs(in: "gone@x") == [1, 2], "in order")
            #expect(courier.runs(in: "a@x") == [1, 2], "once")
            #expect(courier.arrived(in: "gone@x") == courier.arrived(in: "a@x"), "the same message")
        }
    }

    @Test("takes an address that was put right for what waits, and says what goes with one that is no more")
    func readdressed() async throws {
        try await withController(recipients: []) { _, controller, courier, clock in
            _ = try await controller.apply(reports: mailing("a@x, tpyo@x, gone@x"), by: tester)
            courier.refuse(["tpyo@x", "gone@x"])
            try await run(controller, 2)
            let fixed = try await controller.apply(reports: mailing("a@x, typo@x, gone@x"), by: tester)
            await controller.untilSent()
            #expect(fixed.warnings == [])
            #expect(courier.runs(in: "typo@x") == [1, 2] && courier.runs(in: "a@x") == [1, 2])
            let shorter = try await controller.apply(reports: mailing("a@x, typo@x"), by: tester)
            #expect(shorter.warnings == ["2 that waited for 'daily/m/gone@x' went with it, undelivered"])
            #expect(try await controller.reports().reports.first?.recipients.map(\.waiting) == [0, 0])
        }
    }

    @Test("keeps a bounded number for one that never takes anything, and counts what it gave up")
    func bounded() async throws {
        try await withController(recipients: ["a"]) { bench, controller, courier, clock in
            courier.refuse(["/a"])
            let key = RecipientKey(report: "daily", recipient: "a")
            try await bench.store.record { (work) throws(StoreFailure) in
                for number in 1...ReportKeeping.waiting {
                    try work.enqueue(
                        ReportDelivery(
                            id: "\(number)", report: "daily", recipient: "a", run: "gone", format: .text,
                            enqueuedAt: clock.now))
                }
            }
            _ = try await bench.store.record { (work) throws(StoreFailure) in
                try work.takeReportRun(of: "daily", ReportOccasion(id: "x", at: clock.now, requestedBy: "test"))
            }
            try await bench.store.read { (work) throws(StoreFailure) in
                let waiting = try work.deliveries(to: key)
                #expect(waiting.count == ReportKeeping.waiting)
                #expect(waiting.first?.id == "2" && waiting.last?.run == "x")
                #expect(try work.recipientHealth(key)?.givenUp == 1)
            }
        }
    }

    @Test(
        "brings every run to every recipient, in order, wherever the controller is killed; twice only with the same id",
        arguments: 1...40, [true, false])
    func killed(atWrite count: Int, beforeSending: Bool) async throws {
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: false), policies: [policy(exposure: true)])
        let (courier, clock) = (ScriptedCourier(), TestClock("2026-01-05T05:00:00Z"))
        let mortal = MortalStore(bench.store, writes: count)
        let carrier: any ReportCourier = beforeSending ? MortalCourier(courier: courier, store: mortal) : courier
        if let first = try? await bench.controller(over: mortal, courier: carrier, now: { clock.now }) {
            _ = try? await first.apply(reports: reportFile(recipients: ["a", "b"]), by: tester)
            for day in 5...8 {
                clock.set("2026-01-0\(day)T06:00:00Z")
                await first.look()
            }
        }
        clock.set("2026-01-08T12:00:00Z")
        let second = try await bench.controller(courier: courier, now: { clock.now })
        await second.look()
        await second.look()
        let numbers = ((try? await second.reportRuns("daily")) ?? []).map(\.number).reversed()
        for folder in ["/a", "/b"] {
            var seen: Set<String> = []
            let ids = courier.arrived(in: folder).filter { seen.insert($0).inserted }
            #expect(ids.count == numbers.count, "\(folder): \(courier.arrived(in: folder))")
            let runs = courier.runs(in: folder)
            #expect(runs == runs.sorted(), "in order")
            #expect(Set(runs) == Set(numbers))
        }
        // What was due and not seen to by the first was seen to by the second, once.
        #expect((1...4).contains(numbers.count) || count < 3)
        await second.stop()
        await bench.end()
    }

    @Test("reaches a real server that failed and came back, with everything in order and nothing lost")
    func realServer() async throws {
        let receiver = try await WebhookReceiver.start(status: 503)
        let bench = try await Bench(
            ScriptedFleet(l1Exposed: false, innerRuns: false), policies: [policy(exposure: true)])
        let clock = TestClock("2026-01-05T05:00:00Z")
        let controller = try await bench.controller(now: { clock.now })
        var file = reportFile(recipients: [])
        file.files[0].text = file.files[0].text.replacing("[text]", with: "[json, csv]")
        file.files[0].text += "\n    recipients: [{name: hook, webhook: {url: \"http://127.0.0.1:\(receiver.port)/\"}}]"
        _ = try await controller.apply(reports: file, by: tester)
        try await run(controller, 2)
        #expect(await receiver.requests(atLeast: 1).map(\.status) == [503])
        #expect(try await controller.reports().reports.first?.recipients.first?.waiting == 4)
        try receiver.answer(0)
        clock.advance(60)
        await controller.look()
        try receiver.answer(204)
        clock.advance(120)
        await controller.look()
        let requests = await receiver.requests(atLeast: 6)
        let arrived = requests.filter { $0.status == 204 }
        #expect(
            arrived.map { $0.headers["content-type"]?.prefix(8) } == ["applicat", "text/csv", "applicat", "text/csv"])
        let ids = arrived.compactMap { $0.headers["webhook-id"] }
        #expect(Set(ids).count == 4)
        #expect(
            requests.prefix(3).allSatisfy { $0.headers["webhook-id"] == ids[0] }, "the same at every attempt")
        await controller.stop()
        await bench.end()
        receiver.stop()
    }
}
