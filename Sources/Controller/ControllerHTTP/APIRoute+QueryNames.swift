import ControllerAPI
import HTTPServing
import HumanText

extension APIRoute {
    /// What may stand in a query of this place, whatever the method.
    private var queryNames: [String] {
        switch self {
        case .hosts: ["path", "after", "limit"]
        case .tree: ["path", "after", "limit", "lines"]
        case .findings:
            [
                "path", "selector", "policy", "setting", "severity", "resolved", "exempted", "after", "limit", "lines",
            ]
        case .plan: ["now"]
        case .remediation, .resume, .pause, .abort, .change: ["id"]
        case .rollback: ["id", "now"]
        case .freeze: ["id", "all"]
        case .preview: ["revision", "limit"]
        case .host, .policyExplanation, .policyFrom: ["path"]
        case .policyHistory: ["limit"]
        case .policyRevision, .policyExport: ["revision"]
        case .policyDifference: ["from", "to"]
        case .events: ["operation", "remediation"]
        case .audit: ["actor", "action", "subject", "since", "until", "limit"]
        case .auditVerify: ["expect"]
        case .acknowledgement: ["finding"]
        case .history: ["path", "since", "limit"]
        case .reportRuns: ["name"]
        case .reportRun: ["name", "run", "format"]
        case .reportDifference: ["name", "from", "to"]
        case .status, .hostKey, .hostCheck, .sweep, .agentUpgrade, .remediations, .changes, .windows, .policies,
            .policySchema, .policyRollback, .fleet, .report, .settlement, .adoption, .reports:
            []
        }
    }

    /// - Throws: `query-invalid`, where the query names what nothing here reads: what somebody meant by it would be left
    ///   out in silence.
    func checkQuery(of request: HTTPRequest) throws(APIError) {
        let names = queryNames
        guard let stranger = request.target.query.first(where: { !names.contains($0.name) }) else { return }
        throw APIError(
            code: "query-invalid",
            sentence: "'\(rawValue)' takes no \(ShownText.quoted("?\(stranger.name)="))",
            remedy: NearestName.hint(stranger.name, among: names)
                ?? (names.isEmpty
                    ? "it takes no query" : "it takes \(names.map { "?\($0)=" }.joined(separator: ", "))"))
    }
}
