import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import ControllerHTTP

@Suite("Adopting a finding over the API")
struct AdoptionRouteTests {
    /// rack7 as the examples in Config have it: some guests hide nesting.
    private static func report() throws -> HostReport {
        let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")
        return try decoded(
            HostReport.self, try Data(contentsOf: config.appending(path: "policies/tests/reports/rack7.json")))
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: data)
    }

    private func apply(_ text: String, to fixture: ServiceFixture) async throws {
        let request = ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)])
        let body = String(decoding: try JSONBody.encoded(request), as: UTF8.self)
        let answer = try await fixture.answer("POST", "/v1/policies", body)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func open(_ fixture: ServiceFixture) async throws -> [String] {
        let answer = try await fixture.answer("GET", "/v1/findings")
        return try Self.decoded(FindingPage.self, Data(answer.text.utf8)).findings.map(\.id).sorted()
    }

    @Test(
        "answers a file that a reader may ask for, and that closes the finding and no other once an owner applied it",
        arguments: [nil, ExemptionWish(owner: "alice", reason: "old", until: "2027-01-31T18:00 Europe/Berlin")])
    func adopted(exemption: ExemptionWish?) async throws {
        let fixture = try await ServiceFixture(report: try Self.report(), at: "2027-01-10T12:00:00Z")
        try await apply(
            "policies: [{name: nest, select: {paths: [rack7/*]}, desire: {exposure: exposed}}]\n", to: fixture)
        let before = try await open(fixture)
        let id = "drift:rack7/build-l1:exposure"
        #expect(before.contains(id) && before.count > 1, "\(before)")
        let request = String(
            decoding: try JSONBody.encoded(AdoptRequest(finding: id, exemption: exemption)), as: UTF8.self)
        let answer = try await fixture.answer("POST", "/v1/findings/adoption", request, uid: 1001)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try await open(fixture) == before)
        let adopted = try Self.decoded(AdoptAnswer.self, Data(answer.text.utf8))
        #expect(adopted.change == (exemption == nil ? "added" : "exempted"))
        try await apply(adopted.text, to: fixture)
        #expect(try await open(fixture) == before.filter { $0 != id })
        await fixture.end()
    }
}
