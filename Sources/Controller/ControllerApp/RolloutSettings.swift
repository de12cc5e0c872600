import NestingModel
import Settings

/// How remediations go through the fleet, where a request says nothing else.
struct RolloutSettings {
    let canary = SettingKey.int(
        "remediation.canary", in: 0...100_000, default: 0, help: "guests in a first wave of their own; 0: none")
    let wave = SettingKey<Portion>(
        "remediation.wave", expected: "a count of at least 1, or a percentage from 1% to 100%",
        default: .percent(100), help: "guests in each wave after that: a count, or a percentage of the plan",
        parse: { raw in raw.text.flatMap(Portion.init).flatMap { $0 == .count(0) || $0 == .percent(0) ? nil : $0 } },
        show: { "\($0)" })
    let soak = SettingKey.duration(
        "remediation.soak", in: .zero...(.seconds(604_800)), default: .zero,
        help: "how long a wave's guests are watched before the next wave begins")
    let failureBudget = SettingKey<Portion>(
        "remediation.failure-budget", expected: "a count, or a percentage from 0% to 100%", default: .count(0),
        help: "guests that may fail; at the one after the remediation stops",
        parse: { $0.text.flatMap(Portion.init) }, show: { "\($0)" })
    let parallel = SettingKey.int(
        "remediation.parallel", in: 1...1_000, default: 1,
        help: "guests in motion at once, one in a nesting tree, and at most one more than may fail")
    let parallelPer = SettingKey<[String: Int]>(
        "remediation.parallel-per", expected: "a list of labels and numbers from 1 to 1000, as rack=1", default: [:],
        help: "guests in motion at once whose hosts have the same value of a label",
        parse: { limits($0.list) },
        show: { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") })

    let enforcedGuests = SettingKey.int(
        "remediation.enforced-guests", in: 1...100_000, default: 1,
        help:
            "guests that one remediation under enforce takes at most; with more than one it goes as the settings above")
    let fourEyes = SettingKey.bool(
        "remediation.four-eyes", default: false,
        help: "whether a change request needs somebody else than its author to approve it")

    var keys: [any DeclaredSetting] {
        [canary, wave, soak, failureBudget, parallel, parallelPer, enforcedGuests, fourEyes]
    }

    func read(_ settings: Settings) -> Rollout {
        Rollout(
            canary: settings[canary], wave: settings[wave], soakSeconds: Int(settings[soak].components.seconds),
            maxFailures: settings[failureBudget], parallel: settings[parallel], parallelPer: settings[parallelPer])
    }
}

/// - Returns: nil where one of them is no label with its number.
@Sendable private func limits(_ texts: [String]) -> [String: Int]? {
    var limits: [String: Int] = [:]
    for text in texts {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let limit = Int(parts[1]), (1...1_000).contains(limit) else {
            return nil
        }
        limits[String(parts[0])] = limit
    }
    return limits
}
