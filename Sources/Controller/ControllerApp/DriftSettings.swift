import FleetControl
import FleetStore
import FoundationEssentials
import NestingPolicy
import Settings

/// The settings that say when a person is needed, and how much of what happened is kept.
struct DriftSettings {
    private let retries = SettingKey.int(
        "remediation.retries", in: 0...10, default: 2,
        help: "how often a failed correction is tried again under enforce; then its guest is left out")
    private let retryAfter = SettingKey.duration(
        "remediation.retry-after", in: .seconds(60)...(.seconds(86_400)), default: .seconds(1_800),
        help: "until the first retry, while nothing else is enforced; each further one waits twice as long")
    private let leftOutLimit = SettingKey.int(
        "remediation.left-out-limit", in: 1...1_000, default: 3,
        help: "so many guests that could not be corrected stop enforcement in the whole fleet")
    private let contestedAfter = SettingKey.int(
        "remediation.contested-after", in: 2...100, default: 3,
        help: "so many corrections of one setting within contested-within, and it is left to a person")
    private let contestedWithin = SettingKey.duration(
        "remediation.contested-within", in: .seconds(60)...(.seconds(7 * 86_400)), default: .seconds(86_400),
        help: "the time in which corrections of one setting are counted")
    private let unusedAfter = SettingKey.duration(
        "drift.unused-after", in: .seconds(3_600)...(.seconds(365 * 86_400)), default: .seconds(14 * 86_400),
        help: "how long an exposed guest may run no guest of its own until that is told")
    private let keep = SettingKey.duration(
        "history.keep", in: .seconds(30 * 86_400)...(.seconds(3_650 * 86_400)), default: .seconds(400 * 86_400),
        help: "how long what happened to guests and findings is kept, and a resolved finding is known")
    private let thinAfter = SettingKey.duration(
        "history.thin-after", in: .seconds(86_400)...(.seconds(3_650 * 86_400)), default: .seconds(30 * 86_400),
        help: "from then on one state of a guest is kept a day")
    private let size = SettingKey.bytes(
        "history.size", in: (1 << 20)...(1 << 40), default: 1 << 30,
        help: "how much is kept of it all; what open findings need is kept in any case")

    var keys: [any DeclaredSetting] {
        [
            retries, retryAfter, leftOutLimit, contestedAfter, contestedWithin, unusedAfter, keep, thinAfter, size,
        ]
    }

    func rules(_ settings: Settings) -> DriftRules {
        func seconds(_ key: SettingKey<Duration>) -> TimeInterval { TimeInterval(settings[key].components.seconds) }
        return DriftRules(
            contest: ContestRule(after: settings[contestedAfter], within: seconds(contestedWithin)),
            retry: RetryRule(
                retries: settings[retries], after: seconds(retryAfter), leftOutLimit: settings[leftOutLimit]),
            history: HistoryLimits(keep: seconds(keep), thinAfter: seconds(thinAfter), bytes: settings[size]),
            unusedAfter: seconds(unusedAfter))
    }
}
