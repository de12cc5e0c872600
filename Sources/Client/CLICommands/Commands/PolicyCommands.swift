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
    let query = limit == 0 ? [] : [(name: "limit", value: "\(limit)")]
    // The first one after a start of a controller's reads and joins the whole fleet.
    let (client, deadline) = (context.client, Duration.seconds(600))
    let answer: PreviewAnswer
    if let revision = try context.number("revision") {
        guard context.parsed.options("file").isEmpty, !context.parsed.flag("prune") else {
            throw CLIFailure(
                ExitCode.usage, "--revision stands beside \(context.parsed.flag("prune") ? "--prune" : "--file")",
                remedy: "a revision is all there was then: leave the other one out")
        }
        let query = query + [(name: "revision", value: "\(revision)")]
        if context.wantsJSON {
            context.terminal.print(JSONText.pretty(try await client.getJSON(.preview, query, deadline: deadline)))
            return ExitCode.inLine
        }
        answer = try await client.get(.preview, query, deadline: deadline)
    } else {
        let request = try applyRequest(context)
        if context.wantsJSON {
            let json = try await client.sendForJSON("POST", .preview, query, request, deadline: deadline)
            context.terminal.print(JSONText.pretty(json))
            return ExitCode.inLine
        }
        answer = try await client.send("POST", .preview, query, request, deadline: deadline)
    }
    context.terminal.print(previewText(answer, context.terminal))
    return ExitCode.inLine
}

func policyExplain(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let answer: PolicyExplanation = try await context.client.get(.policyExplanation, [("path", path.description)])
    try context.show(answer) { explanationText($0, context.terminal) }
    return ExitCode.inLine
}
