import ControllerAPI
import FleetControl
import Foundation
import Testing

@testable import ControllerHTTP

@Suite("The API of scheduled reports")
struct ReportRouteTests {
    private static let file =
        "reports: [{name: daily, select: {all: true}, schedule: {every: 1d}, "
        + "recipients: [{name: hook, webhook: {url: https://h.example/token-4711, secret-file: /etc/nestor/hook.key}}]}]"

    private func apply(_ text: String) throws -> String {
        String(
            decoding: try JSONEncoder().encode(ApplyRequest(files: [DocumentFile(name: "r.yaml", text: text)])),
            as: UTF8.self)
    }

    @Test("takes reports, runs one, and gives it in each format with its type")
    func formats() async throws {
        let fixture = try await ServiceFixture()
        #expect(
            try await fixture.answer(
                "POST", "/v1/reports", try apply("reports: [{name: daily, select: {all: true}, schedule: {every: 1d}}]")
            ).status == 200)
        #expect(try await fixture.answer("GET", "/v1/reports/run?name=daily").error?.code == "report-run-unknown")
        #expect(try await fixture.answer("POST", "/v1/reports/runs?name=daily").status == 200)
        for (format, beginning) in [
            ("", "{\"schema\":\"nestor.scheduled-report/1\""), ("&format=json", "{\"schema\""),
            ("&format=text", "Drift report daily\n"), ("&format=csv", "report,run,"),
            ("&format=html", "<!doctype html>"),
        ] {
            let answer = try await fixture.answer("GET", "/v1/reports/run?name=daily&run=1\(format)")
            #expect(answer.status == 200 && answer.text.hasPrefix(beginning), "\(answer.text.prefix(100))")
        }
        let wrong = try await fixture.answer("GET", "/v1/reports/run?name=daily&format=pdf")
        #expect(wrong.status == 422 && wrong.error?.code == "format-unknown")
        #expect(try await fixture.answer("GET", "/v1/reports/runs?name=daily").text.contains("\"number\":1"))
        #expect(
            try await fixture.answer("GET", "/v1/reports/difference?name=daily").error?.code == "report-run-unknown")
        #expect(try await fixture.answer("POST", "/v1/reports/runs?name=daily").status == 200)
        #expect(try await fixture.answer("GET", "/v1/reports/difference?name=daily").status == 200)
        #expect(try await fixture.answer("GET", "/v1/reports/runs?name=weekly").status == 404)
        #expect(try await fixture.answer("DELETE", "/v1/reports").status == 405)
        await fixture.end()
    }

    @Test("lets readers look, and neither change nor send anything")
    func access() async throws {
        let fixture = try await ServiceFixture()
        let body = try apply(Self.file)
        for (method, target) in [("POST", "/v1/reports"), ("POST", "/v1/reports/runs?name=daily")] {
            let answer = try await fixture.answer(method, target, method == "POST" ? body : "", uid: 1001)
            #expect(answer.status == 403 && answer.error?.code == "not-allowed")
        }
        #expect(try await fixture.answer("POST", "/v1/reports", body).status == 200)
        #expect(try await fixture.answer("GET", "/v1/reports", uid: 1001).status == 200)
        await fixture.end()
    }

    @Test("says every fault of a file at once, with its place")
    func faults() async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer(
            "POST", "/v1/reports", try apply("reports: [{name: a b, select: {}, schedule: {cron: '0 0 30 2 *'}}]"))
        #expect(answer.status == 422 && answer.error?.code == "reports-invalid")
        #expect(answer.error?.faults.count == 3)
        await fixture.end()
    }
}
