import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func policyApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: ApplyAnswer = try await context.client.send("POST", .policies, [], try applyRequest(context))
    try context.show(answer) { appliedText($0, "policies") }
    return ExitCode.inLine
}

func policyList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: PoliciesAnswer = try await context.client.get(.policies)
    try context.show(answer) { answer in
        guard !answer.policies.isEmpty || !answer.exemptions.isEmpty else {
            return "no policies yet; nestor policy apply -f FILE takes some"
        }
        return "revision \(answer.revision)\n" + policyTables(answer, context.terminal)
    }
    return ExitCode.inLine
}

func policyTables(_ answer: PoliciesAnswer, _ terminal: Terminal, now: Date = Date()) -> String {
    var policies = TextTable("NAME", "PRIORITY", "MODE", "SELECTS", "WANTS", "FROM", "PLACE")
    for policy in answer.policies {
        policies.add(
            .init(policy.name), .init("\(policy.priority)"), .init(modeText(policy)),
            .init(selectorText(policy.selector)), .init(desiredText(policy.desired)),
            .init(policy.from?.text ?? "-"), .init(policy.place))
    }
    guard !answer.exemptions.isEmpty else { return policies.text(terminal) }
    var exemptions = TextTable("EXEMPTION", "SELECTS", "SETTINGS", "OWNER", "UNTIL", "REASON")
    for exemption in answer.exemptions {
        exemptions.add(
            .init(exemption.name), .init(selectorText(exemption.selector)),
            .init(exemption.settings.map(\.rawValue).joined(separator: ", ")), .init(exemption.owner),
            .init(exemption.expires.text + (exemption.isOver(at: now) ? " (over)" : "")), .init(exemption.reason))
    }
    return policies.text(terminal) + "\n\n" + exemptions.text(terminal)
}

func policyPreview(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer = try await previewAnswer(context)
    try context.show(answer) { answer in
        let counts = "would open \(answer.opens.count), close \(answer.closes.count), exempt \(answer.exempts.count)"
        var lines = ["\(counts); nothing was changed"]
        lines += answer.opens.map { "  + \(plain("\($0.path): \($0.summary)"))" }
        lines += answer.closes.map { "  - \(plain("\($0.path): \($0.summary)"))" }
        lines += answer.exempts.map { "  ~ \(plain("\($0.path): \($0.summary)"))" }
        lines += answer.modes.map { change in
            let (before, after) = (change.before?.rawValue ?? "-", change.finding.mode?.rawValue ?? "-")
            return "  \(plain("\(change.finding.path)")): \(change.finding.setting?.rawValue ?? "") "
                + "goes from \(before) to \(after)"
        }
        lines += answer.warnings.map { "  warning: \(plain($0))" }
        lines += ["", context.terminal.paint(planTitle(answer), .bold)]
        lines.append(planText(PlanAnswer(plan: answer.plan, digest: "", freeze: nil), context.terminal))
        return lines.joined(separator: "\n")
    }
    return ExitCode.inLine
}

/// The plan is the whole fleet's: what would be corrected for other reasons all the same is in it, too.
func planTitle(_ answer: PreviewAnswer) -> String {
    let touched = Set(answer.opens.map(\.id) + answer.modes.map(\.finding.id))
    let (all, own) = (answer.plan.items.count, answer.plan.items.count { !touched.isDisjoint(with: $0.findings) })
    return "The fleet's whole plan as it would be then" + (all == 0 ? "" : ", \(own) of \(all) by this change")
}

private func previewAnswer(_ context: CommandContext) async throws(CLIFailure) -> PreviewAnswer {
    guard let revision = try context.number("revision") else {
        return try await context.client.send("POST", .preview, [], try applyRequest(context))
    }
    guard context.parsed.options("file").isEmpty, !context.parsed.flag("prune") else {
        throw CLIFailure(
            ExitCode.usage, "--revision stands beside \(context.parsed.flag("prune") ? "--prune" : "--file")",
            remedy: "a revision is all there was then: leave the other one out")
    }
    return try await context.client.get(.preview, [("revision", "\(revision)")])
}

func policyExplain(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let answer: PolicyExplanation = try await context.client.get(.policyExplanation, [("path", path.description)])
    try context.show(answer) { explanationText($0, context.terminal) }
    return ExitCode.inLine
}
