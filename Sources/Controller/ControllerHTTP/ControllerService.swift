import ControllerAPI
package import FleetControl
import FoundationEssentials
package import HTTPServing
import HumanText
import NestingModel
package import StructuredLog

/// Answers the API's requests out of the fleet's use cases.
package struct ControllerService: Sendable {
    let fleet: FleetController
    let access: AccessRule
    let log: Log
    let version: String
    let stateDirectory: String

    package init(
        fleet: FleetController, access: AccessRule, log: Log, version: String, stateDirectory: String
    ) {
        self.fleet = fleet
        self.access = access
        self.log = log
        self.version = version
        self.stateDirectory = stateDirectory
    }

    /// Never throws: what goes wrong is an `APIError` with the status that fits its code.
    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(APIError) {
            guard let route = APIRoute(rawValue: request.path) else {
                throw APIError(
                    code: "route-unknown", sentence: "there is no \(ShownText.quoted(request.path)) here",
                    remedy: NearestName.hint(request.path, among: APIRoute.allCases.map(\.rawValue))
                        ?? "the places are \(APIRoute.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            if !["GET", "HEAD"].contains(request.method), !route.changesNothing {
                try access.checkMayChange(request.peer)
            }
            try route.checkQuery(of: request)
            return try await answer(request, route)
        } catch {
            if error.status >= 500 {
                log.error("request failed", ["path": request.path, "code": error.code, "cause": error.sentence])
            }
            return (try? .json(error, status: error.status)) ?? HTTPResponse(status: 500)
        }
    }

    private func answer(_ request: HTTPRequest, _ route: APIRoute) async throws(APIError) -> HTTPResponse {
        let by = access.requester(request.peer)
        switch (request.method, route) {
        case ("GET", .status):
            return try .json(try await fleet.status(version: version, stateDirectory: stateDirectory))
        case ("GET", .hosts):
            return try .json(
                try await fleet.hosts(
                    after: try request.nodePaths("after").first,
                    limit: try request.number("limit", orElse: HostPage.usual)))
        case ("POST", .hosts): return try .json(try await fleet.enrol(try request.decoded(), by: by))
        case ("DELETE", .hosts):
            return try .json(try await fleet.remove(try request.nodePath(), try request.decoded(), by: by))
        case ("GET", .host): return try .json(try await fleet.host(try request.nodePath()))
        case ("POST", .hostKey): return try .json(try await fleet.hostKey(try request.decoded()))
        case ("POST", .hostCheck): return try .json(try await fleet.check(try request.decoded()))
        case ("POST", .sweep): return try .json(try await fleet.sweep(try request.decoded()))
        case ("POST", .agentUpgrade): return try .json(try await fleet.upgrade(try request.decoded(), by: by))
        case ("GET", .tree):
            let paths = try request.nodePaths()
            guard paths.isEmpty else { return try .json(try await fleet.tree(at: paths)) }
            if try request.flag("lines") {
                return .lines(
                    try await fleet.treeLines(
                        after: try request.nodePaths("after").first,
                        limit: try request.number("limit", orElse: PageEnd.usual)))
            }
            return try .json(
                try await fleet.tree(
                    after: try request.nodePaths("after").first,
                    limit: try request.number("limit", orElse: TreePage.usual)))
        case ("GET", .findings):
            let query = try request.findingQuery()
            return try request.flag("lines")
                ? .lines(try await fleet.findingLines(query)) : try .json(try await fleet.findings(query))
        case ("POST", .plan):
            return try .json(
                try await fleet.plan(try request.decoded(), outsideWindows: try request.flag("now")))
        case ("GET", .remediations): return try .json(try await fleet.remediations())
        case ("POST", .remediations): return try .json(try await fleet.remediate(try request.decoded(), by: by))
        case ("GET", .remediation): return try .json(try await fleet.remediation(try request.required("id")))
        case ("POST", .resume): return try .json(try await fleet.resume(try request.required("id"), by: by))
        case ("POST", .pause): return try .json(try await fleet.pause(try request.required("id"), by: by))
        case ("POST", .abort): return try .json(try await fleet.abort(try request.required("id"), by: by))
        case ("GET", .rollback):
            return try .json(
                try await fleet.rollbackPlan(
                    try request.required("id"), outsideWindows: try request.flag("now")))
        case ("POST", .rollback): return try .json(try await fleet.rollBack(try request.decoded(), by: by))
        case ("GET", .changes): return try .json(try await fleet.changeRequests())
        case ("POST", .changes): return try .json(try await fleet.request(try request.decoded(), by: by))
        case ("GET", .change): return try .json(try await fleet.changeRequest(try request.required("id")))
        case ("POST", .change): return try .json(try await fleet.answer(try request.decoded(), by: by))
        case ("GET", .windows): return try .json(try await fleet.windows())
        case ("POST", .windows): return try .json(try await fleet.apply(windows: try request.applied(), by: by))
        case ("POST", .freeze): return try .json(try await fleet.freeze(try request.decoded(), by: by))
        case ("GET", .freeze): return try .json(try await fleet.freezes())
        case ("DELETE", .freeze):
            return try .json(
                try await fleet.unfreeze(request.query("id"), all: try request.flag("all"), by: by))
        case ("GET", .fleet): return try .json(try await fleet.fleetDocument())
        case ("POST", .fleet): return try .json(try await fleet.apply(fleet: try request.applied(), by: by))
        case ("POST", .report): return try .json(try await fleet.driftReport())
        case ("GET", .events): return events(request)
        case ("GET", .audit): return try .json(try await fleet.audit(try request.auditQuery()))
        case ("GET", .auditVerify):
            return try .json(try await fleet.verifyAudit(expecting: request.query("expect")))
        case ("POST", .acknowledgement): return try .json(try await fleet.acknowledge(try request.decoded(), by: by))
        case ("DELETE", .acknowledgement):
            return try .json(try await fleet.unacknowledge(try request.required("finding"), by: by))
        case ("POST", .settlement): return try .json(try await fleet.settle(try request.decoded(), by: by))
        case ("POST", .adoption): return try .json(try await fleet.adopt(try request.decoded()))
        case ("GET", .history):
            return try .json(
                try await fleet.history(
                    of: try request.nodePath(), since: try request.time("since"),
                    limit: try request.number("limit") ?? 100))
        case (_, .reports), (_, .reportRuns), (_, .reportRun), (_, .reportDifference):
            return try await answerReports(request, route, by: by)
        default:
            if let answer = try await answerOnPolicies(request, route, by) { return answer }
            throw APIError(
                code: "method-unknown", sentence: "'\(request.method)' does not go with '\(request.path)'")
        }
    }

    private func events(_ request: HTTPRequest) -> HTTPResponse {
        let operation = request.query("operation")
        let remediation = request.query("remediation")
        let events = fleet.progress.events { event in
            (operation == nil || event.operation == operation)
                && (remediation == nil || event.remediation == remediation)
        }
        return HTTPResponse(
            events: events.map { event in
                ServerSentEvent(
                    id: String(event.id), event: "progress",
                    data: (try? String(decoding: JSONBody.encoded(event), as: UTF8.self)) ?? "{}")
            })
    }
}

extension APIRoute {
    /// Requests that carry a body and leave the fleet as it is: readers may send them.
    var changesNothing: Bool {
        switch self {
        case .plan, .preview, .adoption, .hostCheck, .sweep, .report: true
        default: false
        }
    }
}

extension APIError {
    /// The HTTP status that fits the code.
    var status: Int {
        switch code {
        case "route-unknown", "host-unknown", "remediation-unknown", "path-unknown", "finding-unknown",
            "report-unknown", "report-run-unknown", "change-unknown", "revision-unknown", "policy-unknown",
            "freeze-unknown":
            404
        case "method-unknown": 405
        case "not-allowed", "change-own": 403
        case "host-known", "plan-changed", "revision-changed", "frozen", "store-conflict", "remediation-ended",
            "remediation-running", "change-closed",
            "host-has-hosts-below", "host-busy":
            409
        case "internal": 500
        // A machine of the fleet did not do its part: nothing was refused.
        case "address-unknown", "unreachable", "connection-refused", "authentication-refused", "forwarding-refused",
            "channel-refused", "file-refused", "timeout", "too-long", "connection-closed", "ssh-protocol",
            "parent-unread", "command-failed", "checksum-mismatch", "survey-unreadable", "agent-file-missing":
            502
        default: code.hasPrefix("store-") ? 503 : 422
        }
    }
}
