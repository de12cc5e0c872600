import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

private let id = CommandArgument("id", "as 'nestor change list' shows it, or how it begins; last: the newest")
private let comment = CommandOption("comment", short: "m", value: "TEXT", "what others should know")
private let yes = CommandOption("yes", short: "y", "do not ask")

let changeCommand = Command(
    "change", "change requests: plans that somebody else agrees to before they run",
    discussion:
        "A request pins a plan as it was seen. Whoever approves it sees the same plan, and that one runs or nothing: "
        + "where the fleet or the policies changed since, there is a new plan, and it is asked for again. With "
        + "remediation.four-eyes in nestord's settings nobody approves a request of their own, also not by sudo: behind "
        + "root counts who had logged in, where the machine keeps account of that.",
    commands: [
        Command(
            "request", "show the plan of drift's correction, and ask others to agree to it",
            examples: [
                ("nestor change request rack7 -m 'hide nesting, CVE-2026-1'", ""),
                ("nestor change request --policy hardening -m 'as the board agreed'", "all that one policy asks for"),
            ],
            arguments: [
                CommandArgument(
                    "path", "only these places and all below them; none means the whole fleet", optional: true,
                    repeated: true)
            ],
            options: [
                comment, CommandOption("expires", value: "DURATION", "how long it can be approved; else 7d"),
            ] + selectionOptions + rolloutOptions.filter { $0.name != "now" }),
        Command("list", "all of them, the newest first", examples: [("nestor change list", "")]),
        Command(
            "show", "one of them: its plan, and what was said", examples: [("nestor change show 4f1c", "")],
            arguments: [id]),
        Command(
            "approve", "show the plan, ask, and run it",
            examples: [("nestor change approve 4f1c -m 'agreed in the board'", "")], arguments: [id],
            options: [comment, yes]),
        Command(
            "reject", "refuse it", examples: [("nestor change reject 4f1c -m 'after the freeze'", "")],
            arguments: [id], options: [comment]),
        Command(
            "comment", "say something to it", examples: [("nestor change comment 4f1c -m 'what of rack8?'", "")],
            arguments: [id], options: [comment]),
    ])

func changeRequest(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    guard let text = context.parsed.option("comment"), !text.isEmpty else {
        throw CLIFailure(ExitCode.usage, "what for? who approves will ask", remedy: "-m TEXT")
    }
    let selection = try context.selection()
    let answer: PlanAnswer = try await context.client.send("POST", .plan, [], selection, deadline: .seconds(600))
    guard !answer.plan.items.isEmpty else {
        try context.show(answer) { answer in planText(answer, context.terminal) }
        return answer.plan.blocked.isEmpty ? ExitCode.inLine : ExitCode.notRemediated
    }
    let request: ChangeRequest = try await context.client.send(
        "POST", .changes, [],
        ChangeDraft(
            selection: selection, digest: answer.digest, text: text, seconds: try context.seconds("expires"),
            rollout: try context.rolloutWish()), deadline: .seconds(600))
    try context.show(request) { request in changeText(request, context.terminal) }
    return ExitCode.inLine
}

func changeList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let all: [ChangeRequest] = try await context.client.get(.changes)
    try context.show(all) { all in
        guard !all.isEmpty else { return "no change requests yet" }
        var table = TextTable("ID", "STATE", "BY", "EXPIRES", "GUESTS", "WHAT FOR")
        for one in all {
            table.add(
                .init(one.id), .init("\(one.state)"), .init(one.entries.first?.by ?? one.author),
                .init(one.expiresAt.formatted(.iso8601)),
                .init("\(one.plan.items.count)"), .init(one.entries.first?.text ?? "-"))
        }
        return table.text(context.terminal)
    }
    return ExitCode.inLine
}

func changeShow(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let request: ChangeRequest = try await context.client.get(.change, [("id", try await context.changeID())])
    try context.show(request) { request in changeText(request, context.terminal) }
    return ExitCode.inLine
}

func changeApprove(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let id = try await context.changeID()
    let request: ChangeRequest = try await context.client.get(.change, [("id", id)])
    if !context.parsed.flag("yes") {
        guard context.terminal.isInteractive else {
            throw CLIFailure(ExitCode.refused, "nobody is here to say yes to this plan", remedy: "--yes")
        }
        context.terminal.tell(changeText(request, context.terminal))
        guard context.terminal.confirm("Approve it, and run this plan?") else {
            throw CLIFailure(ExitCode.refused, "nothing was done")
        }
    }
    let approved: ChangeRequest = try await context.client.send(
        "POST", .change, [],
        ChangeWord(id: id, word: .approved, text: context.parsed.option("comment") ?? "", digest: request.digest),
        deadline: .seconds(600))
    return try await follow(approved.remediation ?? "", context)
}

func changeSay(_ context: CommandContext, _ word: ChangeEntry.Word) async throws(CLIFailure) -> Int32 {
    let said: ChangeRequest = try await context.client.send(
        "POST", .change, [],
        ChangeWord(
            id: try await context.changeID(), word: word, text: context.parsed.option("comment") ?? ""))
    try context.show(said) { said in changeText(said, context.terminal) }
    return ExitCode.inLine
}

private func changeText(_ request: ChangeRequest, _ terminal: Terminal) -> String {
    var lines = [
        terminal.paint("change request \(request.id): ", .bold) + "\(request.state)"
            + (request.state == .open ? ", until \(request.expiresAt.formatted(.iso8601))" : "")
            + (request.remediation.map { ", runs as remediation \($0)" } ?? ""),
        planText(
            PlanAnswer(plan: request.plan, digest: request.digest, freezes: [], rollout: request.rollout), terminal),
    ]
    for entry in request.entries {
        lines.append(
            "\(entry.at.formatted(.iso8601)) \(plain(entry.by)) \(entry.word)"
                + (entry.text.isEmpty ? "" : ": \(plain(entry.text))"))
    }
    return lines.joined(separator: "\n")
}
