import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func plan(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer = try await ask(context)
    if let language = context.parsed.option("export") {
        context.terminal.print(try await planScript(answer, language, context))
    } else {
        try context.show(answer) { answer in planText(answer, context.terminal) }
    }
    return answer.plan.items.isEmpty && answer.plan.blocked.isEmpty ? ExitCode.inLine : ExitCode.drift
}

private func planScript(
    _ answer: PlanAnswer, _ language: String, _ context: CommandContext
) async throws(CLIFailure) -> String {
    var hosts: [NodePath: HostView] = [:]
    for path in answer.plan.usedHosts {
        hosts[path] = try await context.client.get(.host, [("path", path.description)])
    }
    if language == "ps1" { return try PowerShellPlanScript(answer, hosts: hosts).text }
    return try PlanScript(answer, hosts: hosts).text
}

private func ask(_ context: CommandContext) async throws(CLIFailure) -> PlanAnswer {
    try await context.client.send(
        "POST", .plan, context.windowQuery, try context.selection(), deadline: .seconds(600))
}

/// `nestor remediate`: what is run is the plan that was shown, or nothing.
func remediate(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let wish = try context.rolloutWish()
    let answer = try await ask(context)
    guard try confirmed(answer, wish, context) else {
        return answer.plan.blocked.isEmpty ? ExitCode.inLine : ExitCode.notRemediated
    }
    let started: Remediation = try await context.client.send(
        "POST", .remediations, [],
        RemediateRequest(
            selection: try context.selection(), digest: answer.digest, rollout: wish,
            now: context.parsed.flag("now") ? true : nil),
        deadline: .seconds(600))
    return try await follow(started.id, context)
}

func remediationResume(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let id = try await context.remediationID()
    let resumed: Remediation = try await context.client.send("POST", .resume, [("id", id)], Empty())
    return try await follow(resumed.id, context)
}

func remediationList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let all: [Remediation] = try await context.client.get(.remediations)
    try context.show(all) { all in
        guard !all.isEmpty else { return "no remediations yet" }
        var table = TextTable("ID", "STATE", "STARTED", "BY", "GUESTS", "RESULT")
        for one in all {
            table.add(
                .init(one.id), .init("\(one.state)", style(one.state)), .init(one.startedAt.formatted(.iso8601)),
                .init(one.requestedBy), .init("\(one.items.count)"), .init(one.sentence.isEmpty ? "-" : one.sentence))
        }
        return table.text(context.terminal)
    }
    return ExitCode.inLine
}

func remediationShow(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let found: Remediation = try await context.client.get(.remediation, [("id", try await context.remediationID())])
    try context.show(found) { found in remediationText(found, context.terminal) }
    return found.state == .succeeded || found.state == .running ? ExitCode.inLine : ExitCode.notRemediated
}

func remediationText(_ remediation: Remediation, _ terminal: Terminal) -> String {
    var lines = [
        terminal.paint("remediation \(remediation.id): ", .bold)
            + terminal.paint("\(remediation.state)", style(remediation.state))
            + (remediation.sentence.isEmpty ? "" : ", \(plain(remediation.sentence))")
    ]
    if remediation.state == .running {
        if let asked = remediation.asked { lines[0] += ", \(asked.word) asked by \(plain(asked.by))" }
        if let until = remediation.waitsUntil { lines[0] += ", until \(until.formatted(.iso8601))" }
    }
    let waves = (remediation.rollout ?? Rollout()).waves(of: remediation.items.count)
    for (number, item) in remediation.items.enumerated() {
        if waves.count > 1, let wave = waves.firstIndex(where: { $0.lowerBound == number }) {
            lines.append("  wave \(wave + 1) of \(waves.count)")
        }
        let state = item.outcome.map { "\($0)" } ?? "\(item.step)"
        let checked = item.verification.map { ", checked: \($0)" } ?? ""
        lines.append("  \(plain(item.path.description)): \(state)\(checked)")
        if !item.sentence.isEmpty { lines.append("    \(plain(item.sentence))") }
        if !item.remedy.isEmpty { lines.append("    → \(plain(item.remedy))") }
    }
    for block in remediation.plan.leftOut {
        lines.append("  \(plain(block.path.description)): left out")
        lines.append("    \(plain(block.sentence))")
        if !block.remedy.isEmpty { lines.append("    → \(plain(block.remedy))") }
    }
    return lines.joined(separator: "\n")
}

extension CommandContext {
    /// Tells a plan that it is to run outside of windows, too.
    var windowQuery: [(name: String, value: String)] { parsed.flag("now") ? [("now", "true")] : [] }
}

private func style(_ state: RemediationState) -> Terminal.Style {
    switch state {
    case .succeeded: .green
    case .running: .bold
    default: .red
    }
}
