import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

let remediationIDArgument = CommandArgument(
    "id", "as 'nestor remediation list' shows it, or how it begins; last: the newest")

/// What people say to a remediation that runs.
let remediationControlCommands = [
    Command(
        "watch", "attach to a running one again, and see it to its end",
        discussion: "Leaving (Ctrl-C) changes nothing: it goes on.",
        examples: [("nestor remediation watch 4f1c", "")], arguments: [remediationIDArgument]),
    Command(
        "pause", "let nothing new of it start; what is in motion ends",
        discussion: "It then waits for 'nestor remediation resume', and no other one starts meanwhile.",
        examples: [("nestor remediation pause 4f1c", "")], arguments: [remediationIDArgument]),
    Command(
        "abort", "end it: nothing new starts, and what is in motion ends safely",
        discussion:
            "Guests that were stopped for it are started again, what has not begun is skipped, and the command "
            + "waits for that. Where a host can't be reached any more, three attempts are enough: its item fails with "
            + "a sentence that says what the host's agent settles by itself. This also ends one that is interrupted.",
        examples: [("nestor remediation abort 4f1c", "")], arguments: [remediationIDArgument]),
    Command(
        "rollback", "set back what one changed, guest by guest: show the plan, ask, run it",
        discussion:
            "Each guest gets back what it had of the settings that the remediation changed, and only where it still "
            + "has what the remediation set: other people's edits stay. It is a remediation of its own, with "
            + "everything that belongs to one. Policies still want what they wanted, so enforcement stops until "
            + "policies are applied anew.",
        examples: [("nestor remediation rollback 4f1c", "")], arguments: [remediationIDArgument],
        options: [CommandOption("yes", short: "y", "do not ask")] + rolloutOptions),
]

func remediationWatch(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let found: Remediation = try await context.client.get(.remediation, [("id", try await context.remediationID())])
    return try await follow(found.id, context)
}

func remediationPause(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let id = try await context.remediationID()
    let paused: Remediation = try await context.client.send("POST", .pause, [("id", id)], Empty())
    try context.show(paused) { paused in
        let count = paused.inMotion.count
        return "nothing new starts"
            + (count == 0
                ? "" : "; \(count) guest\(count == 1 ? "" : "s") in motion come\(count == 1 ? "s" : "") to an end")
            + "; nestor remediation resume \(paused.id) goes on"
    }
    return ExitCode.inLine
}

func remediationAbort(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let id = try await context.remediationID()
    let aborted: Remediation = try await context.client.send("POST", .abort, [("id", id)], Empty())
    _ = try await follow(aborted.id, context)
    // To end it was all that was asked.
    let ended: Remediation = try await context.client.get(.remediation, [("id", id)])
    return ended.endedAt == nil ? ExitCode.notRemediated : ExitCode.inLine
}

func remediationRollback(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let id = try await context.remediationID()
    let wish = try context.rolloutWish()
    let answer: PlanAnswer = try await context.client.get(
        .rollback, [("id", id)] + context.windowQuery, deadline: .seconds(600))
    guard try confirmed(answer, wish, context) else {
        return answer.plan.blocked.isEmpty ? ExitCode.inLine : ExitCode.notRemediated
    }
    let started: Remediation = try await context.client.send(
        "POST", .rollback, [],
        RollbackRequest(
            id: id, digest: answer.digest, rollout: wish, now: context.parsed.flag("now") ? true : nil),
        deadline: .seconds(600))
    return try await follow(started.id, context)
}

/// Shows a plan as it would run, and asks.
/// - Returns: false where there is nothing to run.
func confirmed(_ plan: PlanAnswer, _ wish: RolloutWish, _ context: CommandContext) throws(CLIFailure) -> Bool {
    var answer = plan
    do throws(APIError) {
        answer.rollout = try wish.over(answer.rollout ?? Rollout())
    } catch {
        throw CLIFailure(ExitCode.usage, error.sentence, remedy: error.remedy)
    }
    if context.parsed.flag("now") { answer.waiting = nil }
    if !context.wantsJSON || answer.plan.items.isEmpty {
        try context.show(answer) { answer in planText(answer, context.terminal) }
    }
    guard !answer.plan.items.isEmpty else { return false }
    if !context.parsed.flag("yes") {
        guard context.terminal.isInteractive else {
            throw CLIFailure(ExitCode.refused, "nobody is here to say yes to this plan", remedy: "--yes")
        }
        guard context.terminal.confirm("Run this plan?") else {
            throw CLIFailure(ExitCode.refused, "nothing was done")
        }
    }
    return true
}
