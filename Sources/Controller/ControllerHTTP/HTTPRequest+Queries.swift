import ControllerAPI
import FoundationEssentials
import HTTPServing
import HumanText

extension HTTPRequest {
    func auditQuery() throws(APIError) -> AuditQuery {
        AuditQuery(
            actor: query("actor"), action: query("action"), subject: query("subject"), since: try time("since"),
            until: try time("until"), limit: try number("limit") ?? 100)
    }

    func findingQuery() throws(APIError) -> FindingQuery {
        FindingQuery(
            paths: try nodePaths(), resolved: query("resolved") == "true", exempted: query("exempted") == "true",
            after: query("after"), limit: try number("limit") ?? FindingQuery.usual)
    }

    /// - Returns: nil where it is not asked for.
    func time(_ name: String) throws(APIError) -> Date? {
        guard let text = query(name) else { return nil }
        guard let time = try? Date(text, strategy: .iso8601) else {
            throw APIError(
                code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text)), and no time",
                remedy: "as 2026-11-25T10:00:00Z")
        }
        return time
    }

    func number(_ name: String) throws(APIError) -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text) else {
            throw APIError(code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text)), and no number")
        }
        return number
    }
}
