import CommandLineTable
import ControllerAPI
import NestingModel

/// How a remediation goes through the fleet, as `nestor remediate` takes it.
let rolloutOptions = [
    CommandOption("canary", value: "N", "guests in a first wave of their own"),
    CommandOption("wave", value: "N|N%", "guests in each wave after that, by number or by share of the plan"),
    CommandOption("soak", value: "DURATION", "how long a wave is watched before the next one begins: 10m"),
    CommandOption("max-failures", value: "N|N%", "guests that may fail; at the one after it stops"),
    CommandOption("parallel", value: "N", "guests in motion at once; one in a nesting tree"),
    CommandOption(
        "parallel-per", value: "K=V", "the same, among guests whose hosts have one value of a label: rack=1",
        repeated: true),
    CommandOption("now", "also outside maintenance windows and in blackouts, which the audit log records"),
]

extension CommandContext {
    func rolloutWish() throws(CLIFailure) -> RolloutWish {
        var limits: [String: Int]?
        for (label, text) in parsed.pairs("parallel-per") {
            guard let limit = Int(text) else {
                throw CLIFailure(ExitCode.usage, "--parallel-per takes a label and a number, not '\(plain(text))'")
            }
            limits = (limits ?? [:]).merging([label: limit]) { $1 }
        }
        return RolloutWish(
            canary: try number("canary"), wave: try portion("wave"), soakSeconds: try seconds("soak"),
            maxFailures: try portion("max-failures"), parallel: try number("parallel"), parallelPer: limits)
    }

    private func portion(_ option: String) throws(CLIFailure) -> Portion? {
        guard let text = parsed.option(option) else { return nil }
        guard let portion = Portion(text) else {
            throw CLIFailure(
                ExitCode.usage, "--\(option) takes a number or a percentage up to 100%, not '\(plain(text))'",
                remedy: "such as 5, or 25%")
        }
        return portion
    }
}

/// How a plan will go, in a line or two; empty where it is one guest after another without more.
func rolloutLines(_ rollout: Rollout, of count: Int) -> [String] {
    guard count > 0, rollout != Rollout() else { return [] }
    let waves = rollout.waves(of: count)
    let atOnce = rollout.inMotion(of: count)
    var line =
        "in \(waves.count) wave\(waves.count == 1 ? "" : "s") (\(waves.map { "\($0.count)" }.joined(separator: ", ")))"
    if rollout.soakSeconds > 0 { line += ", each watched for \(lengthText(rollout.soakSeconds))" }
    line += ", \(atOnce) at once, \(rollout.budget(of: count)) may fail"
    let limit = rollout.parallelPer.sorted { $0.key < $1.key }.map { "\($0.value) for each \($0.key)" }
    if !limit.isEmpty { line += ", at most \(limit.joined(separator: ", "))" }
    guard atOnce < min(rollout.parallel, count) else { return [line] }
    return [
        line,
        "(no more guests are in motion at once than may fail, and one: --max-failures \(rollout.parallel - 1) lets "
            + "\(rollout.parallel) be)",
    ]
}
