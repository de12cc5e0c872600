import ControllerAPI
import FleetControl
import FleetDocuments
import HTTPServing
import HumanText

extension ControllerService {
    /// What is under `/v1/policies`; nil where route and method are none of it.
    func answerOnPolicies(
        _ request: HTTPRequest, _ route: APIRoute, _ by: Requester
    ) async throws(APIError) -> HTTPResponse? {
        switch (request.method, route) {
        case ("GET", .policies): return try .json(try await fleet.policies())
        case ("POST", .policies): return try .json(try await fleet.apply(policies: try request.applied(), by: by))
        case ("POST", .preview):
            return try .json(try await fleet.preview(policies: try request.applied(), limit: try request.limit))
        case ("GET", .preview):
            let revision: Int = try request.number("revision")
            return try .json(try await fleet.preview(revision: revision, limit: try request.limit))
        case ("GET", .policyExplanation): return try .json(try await fleet.explain(try request.nodePath()))
        case ("GET", .policyFrom): return try .json(try await fleet.policyFile(of: try request.nodePath()))
        case ("GET", .policyHistory):
            return try .json(try await fleet.policyHistory(limit: try request.limit(orElse: 50)))
        case ("GET", .policyRevision):
            return try .json(try await fleet.policies(revision: try request.number("revision")))
        case ("GET", .policyExport):
            return try .json(try await fleet.exportPolicies(revision: try request.number("revision")))
        case ("GET", .policyDifference):
            let to = request.query("to") == nil ? nil : try request.number("to")
            return try .json(try await fleet.policyDifference(from: try request.number("from"), to: to))
        case ("GET", .policySchema):
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/schema+json"], body: Array(PolicySchema.json.utf8))
        case ("POST", .policyRollback):
            return try .json(try await fleet.rollback(policies: try request.decoded(), by: by))
        default: return nil
        }
    }
}

extension HTTPRequest {
    /// Of each kind of what the answer holds; nil for all there is.
    fileprivate var limit: Int? {
        get throws(APIError) {
            let limit: Int? = try number("limit")
            return limit.map { max(0, $0) }
        }
    }

    /// - Parameter orElse: where the query does not have it; nil demands it.
    func number(_ name: String, orElse: Int? = nil) throws(APIError) -> Int {
        if query(name) == nil, let orElse { return orElse }
        let text = try required(name)
        guard let number = Int(text) else {
            throw APIError(
                code: "query-invalid", sentence: "'\(name)' takes a number, not \(ShownText.quoted(text))",
                remedy: "write it in digits")
        }
        return number
    }

    /// How many are asked for, at least one.
    func limit(orElse usual: Int) throws(APIError) -> Int {
        let limit = try number("limit", orElse: usual)
        guard limit > 0 else {
            throw APIError(
                code: "query-invalid", sentence: "'limit' takes how many, and \(limit) is none",
                remedy: "write 1 or more")
        }
        return limit
    }

    /// Files to be taken. No file at all would prune everything, which nobody says by saying nothing.
    func applied() throws(APIError) -> ApplyRequest {
        let request: ApplyRequest = try decoded()
        guard request.prune, request.files.isEmpty else { return request }
        throw APIError(
            code: "files-missing", sentence: "there is no file, and 'prune' would remove all that is stored",
            remedy: "send a file with an empty list where nothing is to be left")
    }
}
