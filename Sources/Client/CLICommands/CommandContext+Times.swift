import CommandLineTable
import FleetDocuments
import FoundationEssentials
import HumanText
import NestingModel

extension CommandContext {
    /// An option's moment: as policy files have it (`2026-11-25T10:00:00Z`, `2026-11-25T10:00 Europe/Berlin`),
    /// `2026-11-25` for that day's beginning in UTC, or a length of time.
    /// - Parameter past: whether a length counts back from now, or ahead.
    func moment(_ option: String, past: Bool, now: Date = Date()) throws(CLIFailure) -> Date? {
        guard let text = parsed.option(option) else { return nil }
        if let length = DurationText.parse(text) {
            let seconds = TimeInterval(length.components.seconds)
            return now.addingTimeInterval(past ? -seconds : seconds)
        }
        do throws(MomentFault) {
            return try MomentText.read(text.utf8.count == 10 ? text + "T00:00Z" : text).date
        } catch {
            throw CLIFailure(
                ExitCode.usage, "--\(option) takes a time, not '\(plain(text))', which \(error.reason)",
                remedy: "as 2026-11-25T10:00:00Z, '2026-11-25T10:00 Europe/Berlin', 2026-11-25 (in UTC), or "
                    + (past ? "36h and 7d for so long ago" : "7d from now"))
        }
    }
}
