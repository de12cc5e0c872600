import ControllerAPI
import DriftReports
import FleetControl
import HTTPServing
import HumanText

/// The routes of scheduled reports.
extension ControllerService {
    func answerReports(
        _ request: HTTPRequest, _ route: APIRoute, by requester: Requester
    ) async throws(APIError) -> HTTPResponse {
        switch (request.method, route) {
        case ("GET", .reports): return try .json(try await fleet.reports())
        case ("POST", .reports):
            return try .json(try await fleet.apply(reports: try request.applied(), by: requester))
        case ("GET", .reportRuns): return try .json(try await fleet.reportRuns(try request.required("name")))
        case ("POST", .reportRuns):
            return try .json(try await fleet.runReport(try request.required("name"), by: requester))
        case ("GET", .reportRun):
            let format = try format(of: request)
            let run = try await fleet.reportRun(try request.required("name"), run: request.query("run"))
            return HTTPResponse(
                headers: [
                    "Content-Type": format.contentType,
                    // A page that is opened from here is as bare of rights as one from a file.
                    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
                    "X-Content-Type-Options": "nosniff",
                ]
            ) {
                var pieces = ReportRendering.pieces(run, as: format)
                return { pieces.next().map { Array($0.utf8) } }
            }
        case ("GET", .reportDifference):
            return try .json(
                try await fleet.reportDifference(
                    try request.required("name"), from: request.query("from"), to: request.query("to")))
        default:
            throw APIError(
                code: "method-unknown", sentence: "'\(request.method)' does not go with '\(request.path)'")
        }
    }

    private func format(of request: HTTPRequest) throws(APIError) -> ReportFormat {
        guard let word = request.query("format") else { return .json }
        guard let format = ReportFormat(rawValue: word), format != .unknown else {
            throw APIError(
                code: "format-unknown", sentence: "there is no format \(ShownText.quoted(word))",
                remedy: "text, json, csv or html")
        }
        return format
    }
}
