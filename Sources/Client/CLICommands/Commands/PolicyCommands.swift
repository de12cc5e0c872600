import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func policyApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: ApplyAnswer = try await context.client.send(
        "POST", .policies, [], try applyRequest(context), deadline: .seconds(600))
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
    // As drift shows its findings.
    let limit = try context.limit() ?? (context.wantsJSON ? 0 : 100)
    let answer = try await previewAnswer(context, limit == 0 ? [] : [("limit", "\(limit)")])
    try context.show(answer) { previewText($0, context.terminal) }
    return ExitCode.inLine
}

private func previewAnswer(
    _ context: CommandContext, _ query: [(name: String, value: String)]
) async throws(CLIFailure) -> PreviewAnswer {
    guard let revision = try context.number("revision") else {
        // The first one after a start of a controller's reads and joins the whole fleet.
        return try await context.client.send(
            "POST", .preview, query, try applyRequest(context), deadline: .seconds(600))
    }
    guard context.parsed.options("file").isEmpty, !context.parsed.flag("prune") else {
        throw CLIFailure(
            ExitCode.usage, "--revision stands beside \(context.parsed.flag("prune") ? "--prune" : "--file")",
            remedy: "a revision is all there was then: leave the other one out")
    }
    return try await context.client.get(.preview, query + [("revision", "\(revision)")], deadline: .seconds(600))
}

func policyExplain(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let answer: PolicyExplanation = try await context.client.get(.policyExplanation, [("path", path.description)])
    try context.show(answer) { explanationText($0, context.terminal) }
    return ExitCode.inLine
}
