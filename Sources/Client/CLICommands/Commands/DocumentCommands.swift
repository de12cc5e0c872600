import CommandLineTable
import ControllerAPI

func applyRequest(_ context: CommandContext) throws(CLIFailure) -> ApplyRequest {
    ApplyRequest(
        files: try context.documents(), expectedRevision: try context.number("expect-revision"),
        prune: context.parsed.flag("prune"))
}

/// - Parameter documents: what was applied, `policies`.
func appliedText(_ answer: ApplyAnswer, _ documents: String) -> String {
    var lines = ["\(documents) at revision \(answer.revision)"]
    for (word, names) in [("added", answer.added), ("changed", answer.changed), ("removed", answer.removed)]
    where !names.isEmpty {
        lines.append("  \(word): \(plain(names.joined(separator: ", ")))")
    }
    if lines.count == 1 { lines.append("  nothing changed") }
    return (lines + answer.warnings.map { "  warning: \(plain($0))" }).joined(separator: "\n")
}

func fleetApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: FleetApplyAnswer = try await context.client.send("POST", .fleet, [], try applyRequest(context))
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
