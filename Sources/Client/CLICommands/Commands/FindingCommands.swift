import CommandLineTable
import ControllerAPI
import NestingModel

let findingArgument = CommandArgument(
    "finding", "its id, as 'nestor drift' shows it, or a path with one open finding")

let driftCommand = Command(
    "drift", "what is not as it should be",
    discussion: "Exits with 2 where anything is open, shown or not. What somebody has acknowledged is shown apart and "
        + "does not count for that, and neither does a suggestion (unused-exposure). A finding that comes back after it "
        + "was resolved keeps its first day and says how often it did. What an exemption holds is no drift: --exempted "
        + "shows it.",
    examples: [
        ("nestor drift", "the first 100, the worst before the others"),
        ("nestor drift --output json", "all of them; with --limit, as many"),
        ("nestor drift --severity high -l rack=r7", "of hosts with this label, what is high or critical"),
        ("nestor drift rack7 --refresh", "one subtree, read now"),
        ("nestor drift ack rack7/build-l1 --note 'until the move' --until 7d", "seen, and let be for a week"),
        ("nestor drift adopt rack7/build-l1 > build-l1.yaml", "it is right as it is: a policy that wants it so"),
    ],
    arguments: [pathsArgument],
    options: selectorOptions + [
        policyOption,
        CommandOption("severity", value: "WORD", "so severe at least: critical, high, medium, low, info"),
        CommandOption("setting", value: "NAME", "about this setting: exposure, startup-memory, …", repeated: true),
        CommandOption("resolved", "also those that ended"),
        CommandOption("exempted", "what exemptions hold, instead of what is open: by whom, why and until when"),
        CommandOption("limit", value: "N", "so many at most, 0 for all; else 100 as a table, all as JSON"),
        CommandOption("refresh", "read the hosts first: those of the PATHs, or all"),
    ],
    commands: [
        Command(
            "ack", "note that you have seen a finding, and let it be",
            discussion: "It is shown apart from then on, and 'nestor drift' and 'nestor report' no longer exit with 2 "
                + "for it. Nothing else changes: what a policy enforces is corrected all the same. It ends when its "
                + "time is over, when the finding is resolved, or when the policy wants something else.",
            examples: [
                ("nestor drift ack drift:rack7/build-l1:exposure --note 'until the move'", ""),
                ("nestor drift ack rack7/build-l1 --note INC-4711 --until 2026-12-31", ""),
            ],
            arguments: [findingArgument],
            options: [
                CommandOption("note", value: "TEXT", "why; everybody who looks will see it"),
                CommandOption("until", value: "TIME", "when it counts again: 2026-12-31, or 7d from now"),
            ]),
        Command(
            "unack", "take an acknowledgement back", examples: [("nestor drift unack rack7/build-l1", "")],
            arguments: [findingArgument]),
        adoptCommand,
        Command(
            "settle", "let a contested setting, or a guest that was left out, be corrected again",
            discussion: "A setting that came back after several corrections is contested: somebody else sets it, and "
                + "Nestor leaves it alone. A guest whose correction failed too often is left out of what is enforced. "
                + "Find out why first: nestor history PATH.",
            examples: [("nestor drift settle rack7/build-l1 --note 'the cron job is gone'", "")],
            arguments: [
                CommandArgument("finding", "its id, as 'nestor drift' shows it, or a path for all that is open there")
            ], options: [CommandOption("note", value: "TEXT", "what it was; it is kept in the history")]),
    ], runsAlone: true)

func driftAcknowledge(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    guard let note = context.parsed.option("note"), !note.isEmpty else {
        throw CLIFailure(ExitCode.usage, "why? everybody who looks will ask", remedy: "--note TEXT")
    }
    let request = AcknowledgeRequest(
        finding: context.parsed.argument("finding") ?? "", note: note,
        until: try context.moment("until", past: false))
    let finding: Finding = try await context.client.send("POST", .acknowledgement, [], request)
    return try show(finding, context)
}

func driftUnacknowledge(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let finding: Finding = try await context.client.send(
        "DELETE", .acknowledgement, [("finding", context.parsed.argument("finding") ?? "")], Empty())
    return try show(finding, context)
}

func driftSettle(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let request = SettleRequest(
        finding: context.parsed.argument("finding") ?? "", note: context.parsed.option("note"))
    let finding: Finding = try await context.client.send("POST", .settlement, [], request)
    return try show(finding, context)
}

private func show(_ finding: Finding, _ context: CommandContext) throws(CLIFailure) -> Int32 {
    try context.show(finding) { finding in findingTable([finding], context.terminal) }
    return ExitCode.inLine
}
