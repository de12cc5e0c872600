import ControllerAPI
import FleetControl
import Testing

@testable import ControllerHTTP

@Suite("The API")
struct ControllerServiceTests {
    @Test(
        "answers what is wrong with a stable code and the status that fits",
        arguments: [
            ("GET", "/v1/nothing", "", 404, "route-unknown"), ("GET", "/", "", 404, "route-unknown"),
            ("GET", "/v1/host?path=rack9", "", 404, "host-unknown"),
            ("GET", "/v1/remediation?id=x", "", 404, "remediation-unknown"),
            ("POST", "/v1/plan", #"{"paths":["rack9"]}"#, 404, "path-unknown"),
            ("PUT", "/v1/hosts", "", 405, "method-unknown"), ("DELETE", "/v1/status", "", 405, "method-unknown"),
            ("GET", "/v1/host", "", 422, "query-missing"), ("GET", "/v1/host?path=a//b", "", 422, "path-invalid"),
            ("POST", "/v1/freeze", #"{"reason":" "}"#, 422, "reason-missing"),
            ("GET", "/v1/history?path=rack9", "", 404, "path-unknown"),
            ("DELETE", "/v1/findings/acknowledgement?finding=x", "", 404, "finding-unknown"),
            ("DELETE", "/v1/findings/acknowledgement", "", 422, "query-missing"),
            ("POST", "/v1/findings/settlement", #"{"finding":"x"}"#, 404, "finding-unknown"),
            ("POST", "/v1/findings/adoption", #"{"finding":"x"}"#, 404, "finding-unknown"),
            ("GET", "/v1/audit?since=yesterday", "", 422, "query-invalid"),
            ("GET", "/v1/audit?limit=many", "", 422, "query-invalid"),
            ("POST", "/v1/policies", #"{"files":[],"prune":false,"expectedRevision":3}"#, 409, "revision-changed"),
            (
                "POST", "/v1/policies", #"{"files":[{"name":"p","text":"policies: 3"}],"prune":false}"#, 422,
                "policies-invalid"
            ),
            ("POST", "/v1/policies", #"{"files":[],"prune":true}"#, 422, "files-missing"),
            ("POST", "/v1/policies/preview", #"{"files":[],"prune":true}"#, 422, "files-missing"),
            ("POST", "/v1/windows", #"{"files":[],"prune":true}"#, 422, "files-missing"),
            ("POST", "/v1/reports", #"{"files":[],"prune":true}"#, 422, "files-missing"),
            ("POST", "/v1/fleet", #"{"files":[],"prune":true}"#, 422, "files-missing"),
            ("GET", "/v1/policies/history?limit=0", "", 422, "query-invalid"),
            ("GET", "/v1/policies/history?limit=-1", "", 422, "query-invalid"),
            ("GET", "/v1/findings?path=rack9", "", 404, "path-unknown"),
            ("GET", "/v1/findings?path=rack7&path=rack9", "", 404, "path-unknown"),
            ("GET", "/v1/findings?path=a//b", "", 422, "path-invalid"),
            ("GET", "/v1/findings?after=x", "", 422, "query-invalid"),
            ("GET", "/v1/findings?limit=many", "", 422, "query-invalid"),
            ("GET", "/v1/findings?policy=p", "", 404, "policy-unknown"),
            ("GET", "/v1/findings?setting=unknown", "", 422, "query-invalid"),
            ("GET", "/v1/findings?severity=high&severity=worst", "", 422, "query-invalid"),
            ("GET", "/v1/findings?selector=%7B%22guest%22%3A%5B%22a%22%5D%7D", "", 422, "query-invalid"),
            ("GET", "/v1/findings?selector=%7B%22guests%22%3A%5B%22a%22%5D%7D", "", 422, "selection-empty"),
            ("GET", "/v1/findings?polcy=p", "", 422, "query-invalid"),
            ("GET", "/v1/findings?resolved=yes", "", 422, "query-invalid"),
            ("GET", "/v1/status?x=1", "", 422, "query-invalid"),
            ("POST", "/v1/plan?now=1", "{}", 422, "query-invalid"),
            ("DELETE", "/v1/freeze?ids=x", "", 422, "query-invalid"),
            ("DELETE", "/v1/hosts?path=rack7&uninstall=true", "", 422, "query-invalid"),
            ("POST", "/v1/plan", #"{"policy":["p"]}"#, 422, "body-invalid"),
            ("POST", "/v1/plan", #"{"selector":{"label":{"a":"b"}}}"#, 422, "body-invalid"),
            ("GET", "/v1/tree?path=rack9", "", 404, "path-unknown"),
            ("GET", "/v1/tree?limit=many", "", 422, "query-invalid"),
            ("GET", "/v1/policies/explain?path=rack9", "", 404, "path-unknown"),
            ("GET", "/v1/policies/from?path=rack9", "", 404, "path-unknown"),
            ("GET", "/v1/policies/from?path=rack7", "", 422, "nothing-known"),
            ("GET", "/v1/policies/export?revision=9", "", 404, "revision-unknown"),
            ("GET", "/v1/policies/diff", "", 422, "query-missing"),
            ("GET", "/v1/policies/diff?from=x", "", 422, "query-invalid"),
            ("GET", "/v1/policies/diff?from=9", "", 404, "revision-unknown"),
            ("GET", "/v1/policies/revision?revision=9", "", 404, "revision-unknown"),
            ("POST", "/v1/policies/rollback", #"{"revision":9}"#, 404, "revision-unknown"),
            ("GET", "/v1/policies/preview?revision=9", "", 404, "revision-unknown"),
            ("GET", "/v1/policies/preview", "", 422, "query-missing"),
            ("DELETE", "/v1/policies", "", 405, "method-unknown"),
        ])
    func errors(method: String, target: String, body: String, status: Int, code: String) async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer(method, target, body)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.error?.code == code)
        #expect(answer.error?.sentence.isEmpty == false)
        await fixture.end()
    }

    @Test(
        "says where a body is not what the route takes",
        arguments: [
            (#"{"reason":"#, ""), (#"{}"#, "'reason'"), ("", "'reason'"), (#"{"reason":7}"#, "at 'reason'"),
            (#"[]"#, "'/v1/freeze'"), ("\u{0}", ""),
        ])
    func badBody(body: String, place: String) async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer("POST", "/v1/freeze", body)
        #expect(answer.status == 422)
        #expect(answer.error?.code == "body-invalid")
        #expect(answer.error?.sentence.contains(place) == true, "\(answer.text)")
        #expect(try await fixture.answer("GET", "/v1/audit").text == "[]")
        await fixture.end()
    }

    @Test(
        "refuses what a body states and nothing takes, before anything happens",
        arguments: [
            ("/v1/freeze", #"{"reason":"x","path":["rack7"]}"#, "path", "did you mean paths?"),
            ("/v1/freeze", #"{"reason":"x","untill":"2027-01-01T00:00:00Z"}"#, "untill", "did you mean until?"),
            ("/v1/policies", #"{"files":[],"prune":false,"expected-revision":3}"#, "expected-revision", ""),
            ("/v1/policies", #"{"files":[{"name":"a","text":"","mode":7}],"prune":false}"#, "files.0.mode", ""),
            (
                "/v1/remediations", #"{"selection":{},"digest":"x","rollout":{"canari":1}}"#, "rollout.canari",
                "did you mean canary?"
            ),
            (
                "/v1/remediations", #"{"selection":{},"digest":"x","rolout":{"canary":1}}"#, "rolout",
                "did you mean rollout?"
            ),
            (
                "/v1/changes", #"{"selection":{},"digest":"x","text":"t","approved":true}"#, "approved",
                "take it out, or see how it is written"
            ),
            ("/v1/sweep", #"{"paths":[],"host":"rack7"}"#, "host", ""),
        ])
    func bodyStrangers(target: String, body: String, place: String, remedy: String) async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer("POST", target, body)
        #expect(answer.status == 422 && answer.error?.code == "body-invalid", "\(answer.text)")
        #expect(answer.error?.sentence == "'\(target)' takes no \"\(place)\"")
        #expect(answer.error?.remedy.contains(remedy) == true, "\(answer.text)")
        #expect(try await fixture.answer("GET", "/v1/audit").text == "[]")
        await fixture.end()
    }

    @Test("takes a null as not stated, whatever its name")
    func nullIsNothing() async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer("POST", "/v1/freeze", #"{"reason":"x","until":null,"note":null}"#)
        #expect(answer.status == 200, "\(answer.text)")
        await fixture.end()
    }

    @Test("names the place deep inside a body")
    func deepPlace() async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer(
            "POST", "/v1/policies", #"{"files":[{"name":"a","text":""},{"name":"b","text":7}],"prune":false}"#)
        #expect(answer.error?.sentence.contains("at 'files.Index 1.text'") == true, "\(answer.text)")
        await fixture.end()
    }

    /// Every request that changes something, as a reader sends it.
    static let changes: [(method: String, target: String)] = [
        ("POST", "/v1/hosts"), ("DELETE", "/v1/hosts?path=rack7"), ("POST", "/v1/agents/upgrade"),
        ("POST", "/v1/remediations"), ("POST", "/v1/remediation/resume?id=x"), ("POST", "/v1/freeze"),
        ("DELETE", "/v1/freeze"), ("POST", "/v1/policies"), ("POST", "/v1/policies/rollback"), ("POST", "/v1/fleet"),
        ("POST", "/v1/findings/acknowledgement"), ("DELETE", "/v1/findings/acknowledgement?finding=x"),
        ("POST", "/v1/findings/settlement"),
    ]

    @Test("lets readers change nothing", arguments: changes)
    func readersChangeNothing(method: String, target: String) async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer(method, target, uid: 1001)
        #expect(answer.status == 403)
        #expect(answer.error?.code == "not-allowed")
        #expect(answer.error?.sentence.contains("user1001 (uid 1001)") == true)
        await fixture.end()
    }

    @Test(
        "lets readers read, and ask what would be",
        arguments: [
            ("GET", "/v1/status", ""), ("GET", "/v1/hosts", ""), ("GET", "/v1/tree", ""), ("GET", "/v1/findings", ""),
            ("GET", "/v1/audit?actor=a&action=b&subject=c&since=2026-11-25T10:00:00Z&limit=3", ""),
            ("GET", "/v1/audit/verify", ""), ("GET", "/v1/history?path=rack7&since=2026-11-25T10:00:00Z&limit=3", ""),
            ("GET", "/v1/policies", ""), ("POST", "/v1/plan", #"{"paths":[]}"#),
            ("POST", "/v1/policies/preview", #"{"files":[],"prune":false}"#), ("POST", "/v1/report", ""),
            ("GET", "/v1/findings?exempted=true", ""), ("GET", "/v1/policies/explain?path=rack7", ""),
            ("GET", "/v1/policies/history?limit=3", ""), ("GET", "/v1/policies/revision?revision=0", ""),
            ("GET", "/v1/policies/diff?from=0", ""), ("GET", "/v1/policies/preview?revision=0", ""),
            ("GET", "/v1/policies/schema", ""), ("GET", "/v1/policies/export", ""),
            ("GET", "/v1/policies/export?revision=0", ""),
        ])
    func readersRead(method: String, target: String, body: String) async throws {
        let fixture = try await ServiceFixture()
        let answer = try await fixture.answer(method, target, body, uid: 1001)
        #expect(answer.status == 200, "\(answer.text)")
        await fixture.end()
    }

    @Test("writes down who changed what")
    func audit() async throws {
        let fixture = try await ServiceFixture()
        #expect(try await fixture.answer("POST", "/v1/freeze", #"{"reason":"audit"}"#).status == 200)
        #expect(try await fixture.answer("DELETE", "/v1/freeze").status == 200)
        let records = try await fixture.fleet.audit(limit: 10)
        #expect(records.map(\.action) == ["unfreeze", "freeze"])
        #expect(records.allSatisfy { $0.actor == "user1000 (uid 1000)" })
        await fixture.end()
    }

    @Test("tells a store that fails from a request that is wrong")
    func storeErrors() {
        #expect(APIError(code: "store-full", sentence: "").status == 503)
        #expect(APIError(code: "store-conflict", sentence: "").status == 409)
        #expect(APIError(code: "internal", sentence: "").status == 500)
        #expect(APIError(code: "anything-new", sentence: "").status == 422)
    }

    @Test("a machine that can't be reached is no refusal: the command fails, and has not been denied")
    func unreachable() async throws {
        let fixture = try await ServiceFixture()
        let body =
            #"{"path":"rack9","address":"10.0.0.9","port":22,"user":"root","operatorKey":{"text":"SECRET","passphrase":""}}"#
        let answer = try await fixture.answer("POST", "/v1/host-key", body)
        #expect(answer.status == 502)
        #expect(answer.error?.code == "unreachable")
        #expect(!answer.text.contains("SECRET"))
        await fixture.end()
    }
}
