import ControllerAPI
import FleetControl
import HTTPServing

extension ControllerService {
    /// What is under `/v1/policies`; nil where route and method are none of it.
    func answerOnPolicies(
        _ request: HTTPRequest, _ route: APIRoute, _ by: Requester
    ) async throws(APIError) -> HTTPResponse? {
        switch (request.method, route) {
        case ("GET", .policies): return try .json(try await fleet.policies())
        case ("POST", .policies): return try .json(try await fleet.apply(policies: try request.decoded(), by: by))
        case ("POST", .preview):
            return try .json(try await fleet.preview(policies: try request.decoded(), limit: try request.limit))
        case ("GET", .preview):
            let revision: Int = try request.number("revision")
            return try .json(try await fleet.preview(revision: revision, limit: try request.limit))
        case ("GET", .policyExplanation): return try .json(try await fleet.explain(try request.nodePath()))
        case ("GET", .policyFrom): return try .json(try await fleet.policyFile(of: try request.nodePath()))
        case ("GET", .policyHistory):
            let limit = try request.number("limit", orElse: 50)
            return try .json(try await fleet.policyHistory(limit: limit))
        case ("GET", .policyRevision):
            return try .json(try await fleet.policies(revision: try request.number("revision")))
        case ("GET", .policyDifference):
            let to = request.query("to") == nil ? nil : try request.number("to")
            return try .json(try await fleet.policyDifference(from: try request.number("from"), to: to))
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
            throw APIError(code: "query-invalid", sentence: "'\(name)' takes a number, not '\(text.debugDescription)'")
        }
        return number
    }
}
