import CommandLineTable
import ControllerAPI
import FleetDocuments
import FoundationEssentials
import NestingModel

let adoptCommand = Command(
    "adopt", "print the policy change under which a finding would close, for review",
    discussion:
        "For what is right as it is. Where the policy that decides is about this node alone, it is printed with "
        + "the value that was found; else one more policy, about this node and setting, that decides over it; with "
        + "--exempt an exemption that accepts just that value until its end. What it would open and close stands above "
        + "it as comments. Nothing is changed: read it, keep it with your policies, and apply it. Only drift that is "
        + "open can be adopted.",
    examples: [
        (
            "nestor drift adopt drift:rack7/build-l1:exposure > build-l1.yaml",
            "then nestor policy apply -f build-l1.yaml"
        ),
        (
            "nestor drift adopt rack7/build-l1 --exempt --owner alice --reason 'old image' --until 30d",
            "a dated exception instead"
        ),
    ],
    arguments: [findingArgument],
    options: [
        CommandOption("exempt", "an exemption of the found value instead of a policy"),
        CommandOption("owner", value: "WHO", "with --exempt: who answers for it"),
        CommandOption("reason", value: "TEXT", "with --exempt: why"),
        CommandOption(
            "until", value: "TIME",
            "with --exempt: its end; 30d from now, 2027-01-31 (in UTC), or '2027-01-31T18:00 Europe/Berlin'"),
    ])

func driftAdopt(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let request = AdoptRequest(
        finding: context.parsed.argument("finding") ?? "", exemption: try exemptionWish(context))
    let answer: AdoptAnswer = try await context.client.send(
        "POST", .adoption, [], request, deadline: .seconds(600))
    // YAML escapes what a terminal would obey, and ends with a line feed itself.
    try context.show(answer) { answer in String(answer.text.dropLast()) }
    return ExitCode.inLine
}

private func exemptionWish(_ context: CommandContext) throws(CLIFailure) -> ExemptionWish? {
    let names = ["owner", "reason", "until"]
    guard context.parsed.flag("exempt") else {
        guard let stray = names.first(where: { context.parsed.option($0) != nil }) else { return nil }
        throw CLIFailure(ExitCode.usage, "--\(stray) goes with --exempt alone", remedy: "add --exempt, or leave it out")
    }
    for name in names where context.parsed.option(name)?.isEmpty != false {
        throw CLIFailure(
            ExitCode.usage, "an exemption needs --\(name)", remedy: "--owner WHO, --reason TEXT and --until TIME")
    }
    let until = context.parsed.option("until") ?? ""
    // Kept as it is written where it has its zone, so that people see their own words again.
    var text = until
    if MomentText.parse(until) == nil, let end = try context.moment("until", past: false) {
        text = end.formatted(.iso8601)
    }
    return ExemptionWish(
        owner: context.parsed.option("owner") ?? "", reason: context.parsed.option("reason") ?? "", until: text)
}
