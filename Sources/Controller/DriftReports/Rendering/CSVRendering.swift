import ControllerAPI
import FoundationEssentials
import NestingModel

/// The findings as RFC 4180 has it: CRLF, a header, quotes where they are needed. A cell that a spreadsheet would take
/// for a formula gets an apostrophe before it.
struct CSVRendering {
    let run: ReportRun

    private static let header = [
        "report", "run", "at", "standing", "state", "severity", "path", "level", "kind", "setting", "wanted", "found",
        "policy", "mode", "cause", "first_seen", "last_seen", "sentence", "remedy",
    ]

    var pieces: ReportPieces {
        let summary = run.summary
        let before = [summary.report, String(summary.number), summary.at.formatted(.iso8601)]
        let findings = run.findings.makeIterator()
        return ReportPieces(
            head: [Self.line(Self.header)],
            findings: AnyIterator { findings.next().map { Self.line(before + Self.cells($0)) } }, tail: [])
    }

    private static func cells(_ reported: ReportedFinding) -> [String] {
        let finding = reported.finding
        return [
            reported.standing.rawValue, finding.state.rawValue, finding.severity.rawValue, finding.path.description,
            String(finding.path.level), finding.kind.rawValue, finding.setting?.rawValue ?? "", finding.desired,
            finding.observed, finding.policy ?? "", finding.mode?.rawValue ?? "", finding.cause.rawValue,
            finding.firstSeen.formatted(.iso8601), finding.lastSeen.formatted(.iso8601), finding.sentence,
            finding.advice,
        ]
    }

    private static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    static func cell(_ text: String) -> String {
        var text = text.shown
        // Also behind blanks, and in their full-width forms, which some spreadsheets read alike.
        if let first = text.first(where: { $0 != " " }), "=+-@＝＋－＠".contains(first) { text = "'" + text }
        guard text.contains(where: { ",\"".contains($0) }) || text.first == " " || text.last == " " else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
