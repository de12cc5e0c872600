import CommandLineTable
import ControllerAPI
import FleetDocuments
import FoundationEssentials
import NestingModel

func reportApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: ApplyAnswer = try await context.client.send("POST", .reports, [], try applyRequest(context))
    try context.show(answer) { appliedText($0, "reports") }
    return ExitCode.inLine
}

func reportList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: ReportsAnswer = try await context.client.get(.reports)
    try context.show(answer) { reportTable($0, context.terminal) }
    return ExitCode.inLine
}

func reportTable(_ answer: ReportsAnswer, _ terminal: Terminal) -> String {
    guard !answer.reports.isEmpty else { return "no scheduled reports yet; nestor report apply -f FILE takes some" }
    var table = TextTable("NAME", "SCHEDULE", "NEXT", "LAST RUN", "OPEN", "IN LINE", "FORMATS")
    var recipients = TextTable("REPORT", "RECIPIENT", "TO", "STATE", "WAITING", "LAST DELIVERED")
    for row in answer.reports {
        let definition = row.definition
        table.add(
            .init(definition.name), .init(scheduleText(definition.schedule)),
            .init(row.nextAt?.formatted(.iso8601) ?? "never"),
            .init(row.last.map { $0.at.formatted(.iso8601) + ($0.late ? " (late)" : "") } ?? "none yet"),
            .init(row.last.map { "\($0.counts.open)" } ?? ""), .init(row.last?.compliance.percentText ?? ""),
            .init(definition.formats.map(\.rawValue).joined(separator: ", ")))
        for recipient in row.recipients {
            let (state, style) = recipientState(recipient.health)
            recipients.add(
                .init(definition.name), .init(recipient.name), .init(recipient.place), .init(state, style),
                .init("\(recipient.waiting)"), .init(recipient.health.lastDelivered?.formatted(.iso8601) ?? "never"))
        }
    }
    var text = "revision \(answer.revision)\n" + table.text(terminal)
    if !recipients.rows.isEmpty { text += "\n\n" + recipients.text(terminal) }
    for row in answer.reports {
        for recipient in row.recipients where recipient.health.isFailing {
            text += "\n\(plain("\(row.definition.name)/\(recipient.fullName)")): \(plain(recipient.health.sentence))"
            if let next = recipient.health.retryAt { text += "; next attempt \(next.formatted(.iso8601))" }
            if !recipient.health.remedy.isEmpty { text += "\n  → \(plain(recipient.health.remedy))" }
        }
    }
    return text
}

private func recipientState(_ health: RecipientHealth) -> (String, Terminal.Style?) {
    var state = "ok"
    if let since = health.failingSince, health.isFailing {
        let attempts = "\(health.failures) attempt\(health.failures == 1 ? "" : "s")"
        state = "failing since \(since.formatted(.iso8601)), \(attempts)"
    }
    if health.givenUp > 0 { state += ", \(health.givenUp) given up" }
    return (state, health.isFailing ? .red : health.givenUp > 0 ? .yellow : nil)
}

private func scheduleText(_ schedule: ReportSchedule) -> String {
    if let cron = schedule.cron { return "\(cron) \(schedule.timeZone ?? "UTC")" }
    let seconds = schedule.everySeconds ?? 0
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] where seconds % length == 0 {
        return "every \(seconds / length)\(unit)"
    }
    return "every \(seconds)s"
}

func reportShow(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let name = context.parsed.argument("name") ?? ""
    if context.parsed.flag("runs") {
        let runs: [ReportRunSummary] = try await context.client.get(.reportRuns, [("name", name)])
        try context.show(runs) { runsTable($0, context.terminal) }
        return ExitCode.inLine
    }
    let format = context.parsed.option("format") ?? (context.wantsJSON ? "json" : "text")
    var query = [(name: "name", value: name), (name: "format", value: format)]
    if let run = context.parsed.option("run") { query.append(("run", run)) }
    let spool = Spool()
    try await context.client.document(.reportRun, query) { spool.take($0) }
    guard spool.print() else {
        throw CLIFailure(ExitCode.failed, "the report can't be written whole", remedy: "see whether a disk is full")
    }
    return ExitCode.inLine
}

private func runsTable(_ runs: [ReportRunSummary], _ terminal: Terminal) -> String {
    var table = TextTable("RUN", "AT", "NEW", "REGRESSED", "PERSISTING", "RESOLVED", "IN LINE", "WHY")
    for run in runs {
        let why = run.dueAt.map { run.late ? "late, due at \($0.formatted(.iso8601))" : "due" } ?? run.requestedBy
        table.add(
            .init("\(run.number)"), .init(run.at.formatted(.iso8601)), .init("\(run.counts.new)"),
            .init("\(run.counts.regressed)"), .init("\(run.counts.persisting)"), .init("\(run.counts.resolved)"),
            .init(run.compliance.percentText), .init(why))
    }
    return table.text(terminal)
}

func reportRun(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let name = context.parsed.argument("name") ?? ""
    let summary: ReportRunSummary = try await context.client.send(
        "POST", .reportRuns, [("name", name)], Empty(), deadline: .seconds(600))
    try context.show(summary) { run in
        """
        \(plain(run.report)), run \(run.number): \(run.counts.new) new, \(run.counts.regressed) regressed, \
        \(run.counts.persisting) persisting, \(run.counts.resolved) resolved, \(run.compliance.percentText) in line
        nestor report show \(plain(run.report)) tells the rest
        """
    }
    return summary.counts.open == 0 ? ExitCode.inLine : ExitCode.drift
}

func reportDifference(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    var query = [(name: "name", value: context.parsed.argument("name") ?? "")]
    for option in ["from", "to"] {
        if let run = context.parsed.option(option) { query.append((option, run)) }
    }
    let answer: ReportDifference = try await context.client.get(.reportDifference, query)
    try context.show(answer) { differenceText($0, context.terminal) }
    return answer.opened.isEmpty ? ExitCode.inLine : ExitCode.drift
}

func differenceText(_ difference: ReportDifference, _ terminal: Terminal) -> String {
    let (from, to) = (difference.from, difference.to)
    var lines = [
        terminal.paint("\(plain(to.report)), run \(from.number) to run \(to.number)", .bold),
        "\(difference.opened.count) opened, \(difference.closed.count) closed, \(difference.changed.count) changed; "
            + "in line \(from.compliance.percentText) before, \(to.compliance.percentText) after",
    ]
    lines += difference.opened.map { "  + \(plain("\($0.finding.path): \($0.finding.summary)"))" }
    lines += difference.closed.map { "  - \(plain("\($0.finding.path): \($0.finding.summary)"))" }
    lines += difference.changed.map {
        "  ~ \(plain("\($0.after.finding.path): \($0.after.finding.summary), before \($0.before.finding.observed)"))"
    }
    return lines.joined(separator: "\n")
}

/// The same with `--output json`: the schema is JSON.
func reportSchema(_ context: CommandContext) -> Int32 {
    context.terminal.print(String(ReportFileSchema.json.dropLast()))
    return ExitCode.inLine
}
