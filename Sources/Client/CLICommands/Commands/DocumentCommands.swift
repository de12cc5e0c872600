import CommandLineTable
import ControllerAPI
import NestingModel

func policyApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: PolicyApplyAnswer = try await context.client.send("POST", .policies, [], try request(context))
    try context.show(answer) { answer in
        var lines = ["policies at revision \(answer.revision)"]
        for (word, names) in [("added", answer.added), ("changed", answer.changed), ("removed", answer.removed)]
        where !names.isEmpty {
            lines.append("  \(word): \(plain(names.joined(separator: ", ")))")
        }
        if lines.count == 1 { lines.append("  nothing changed") }
        return (lines + answer.warnings.map { "  warning: \(plain($0))" }).joined(separator: "\n")
    }
    return ExitCode.inLine
}

private func request(_ context: CommandContext) throws(CLIFailure) -> ApplyRequest {
    ApplyRequest(
        files: try context.documents(), expectedRevision: try context.number("expect-revision"),
        prune: context.parsed.flag("prune"))
}

func policyList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: PoliciesAnswer = try await context.client.get(.policies)
    try context.show(answer) { answer in
        guard !answer.policies.isEmpty else { return "no policies yet; nestor policy apply -f FILE takes some" }
        var table = TextTable("NAME", "PRIORITY", "MODE", "SELECTS", "WANTS", "PLACE")
        for policy in answer.policies {
            table.add(
                .init(policy.name), .init("\(policy.priority)"), .init("\(policy.mode)"),
                .init(selectorText(policy.selector)), .init(desiredText(policy.desired)), .init(policy.place))
        }
        return "revision \(answer.revision)\n" + table.text(context.terminal)
    }
    return ExitCode.inLine
}

func selectorText(_ selector: PolicySelector) -> String {
    var parts = selector.all ? ["all"] : []
    parts += selector.paths
    parts += selector.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    parts += selector.levels.map { "level \($0)" } + selector.guests.map { "guest \($0)" } + selector.uuids
    return parts.joined(separator: " ")
}

private func desiredText(_ desired: DesiredSettings) -> String {
    var parts: [String] = []
    if let exposure = desired.exposure { parts.append(exposure ? "exposed" : "hidden") }
    if let memory = desired.startupMemory { parts.append("memory ≥ \(bytes(memory))") }
    if let dynamic = desired.dynamicMemory { parts.append("dynamic memory \(dynamic ? "on" : "off")") }
    if let count = desired.maximumVCPUs { parts.append("vCPUs ≥ \(count)") }
    if let spoofing = desired.macSpoofing { parts.append("MAC spoofing \(spoofing ? "allowed" : "blocked")") }
    if let saved = desired.savedState { parts.append(saved ? "saved state" : "no saved state") }
    if let nesting = desired.hostNesting { parts.append("host nesting \(nesting ? "on" : "off")") }
    return parts.joined(separator: ", ")
}

func policyPreview(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: PreviewAnswer = try await context.client.send("POST", .preview, [], try request(context))
    try context.show(answer) { answer in
        var lines = ["would open \(answer.opens.count), would close \(answer.closes.count); nothing was changed"]
        lines += answer.opens.map { "  + \(plain("\($0.path): \($0.summary)"))" }
        lines += answer.closes.map { "  - \(plain("\($0.path): \($0.summary)"))" }
        lines += answer.warnings.map { "  warning: \(plain($0))" }
        lines.append(planText(PlanAnswer(plan: answer.plan, digest: "", freeze: nil), context.terminal))
        return lines.joined(separator: "\n")
    }
    return ExitCode.inLine
}

func fleetApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: FleetApplyAnswer = try await context.client.send("POST", .fleet, [], try request(context))
    try context.show(answer) { answer in
        var lines = ["fleet at revision \(answer.revision)"]
        lines += answer.changed.map { "  changed: \($0)" } + answer.removed.map { "  removed: \($0)" }
        lines += answer.notEnrolled.map { "  not enrolled yet: \($0) (nestor host enrol \($0))" }
        lines += answer.warnings.map { "  warning: \(plain($0))" }
        return lines.joined(separator: "\n")
    }
    return ExitCode.inLine
}

func fleetExport(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: FleetAnswer = try await context.client.get(.fleet)
    try context.show(answer) { answer in answer.text }
    return ExitCode.inLine
}
