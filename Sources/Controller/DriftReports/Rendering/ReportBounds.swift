import ControllerAPI
import HumanText

/// How much of a report a reader is shown: text and page are for people, and the whole list is in JSON and CSV.
enum ReportBounds {
    /// Findings of one standing.
    static let findings = 500
    /// Hosts not heard from.
    static let hosts = 200

    /// - Returns: nil where nothing is left out.
    static func omission(_ count: Int, of most: Int, _ word: String, _ run: ReportRun) -> String? {
        guard count > most else { return nil }
        return "and \(count - most) more \(word); all of them: nestor report show \(run.summary.report) "
            + "--run \(run.summary.number) --format csv (or json)"
    }
}
