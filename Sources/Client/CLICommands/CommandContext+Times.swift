import CommandLineTable
import FoundationEssentials
import HumanText

extension CommandContext {
    /// An option's moment: `2026-11-25T10:00:00Z`, `2026-11-25` for that day's beginning in UTC, or a length of time.
    /// - Parameter past: whether a length counts back from now, or ahead.
    func moment(_ option: String, past: Bool, now: Date = Date()) throws(CLIFailure) -> Date? {
        guard let text = parsed.option(option) else { return nil }
        if let length = DurationText.parse(text) {
            let seconds = TimeInterval(length.components.seconds)
            return now.addingTimeInterval(past ? -seconds : seconds)
        }
        if let time = try? Date(text, strategy: .iso8601) { return time }
        if text.utf8.count == 10, let day = try? Date(text + "T00:00:00Z", strategy: .iso8601) { return day }
        throw CLIFailure(
            ExitCode.usage, "--\(option) takes a time, not '\(plain(text))'",
            remedy: "as 2026-11-25T10:00:00Z, 2026-11-25 (in UTC), or "
                + (past ? "36h and 7d for so long ago" : "7d from now"))
    }
}
