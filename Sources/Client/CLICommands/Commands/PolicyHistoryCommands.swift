import CommandLineTable
import ControllerAPI
import FoundationEssentials

func policyHistory(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let limit = try context.number("limit") ?? 50
    let rows: [PolicyRevisionRow] = try await context.client.get(.policyHistory, [("limit", String(limit))])
    try context.show(rows) { rows in
        guard !rows.isEmpty else { return "no policies yet; nestor policy apply -f FILE takes some" }
        var table = TextTable("REVISION", "TIME", "WHO", "CHANGED")
        for row in rows {
            let changes =
                (row.note.map { ["\($0):"] } ?? []) + row.added.map { "+\($0)" } + row.changed.map { "~\($0)" }
                + row.removed.map { "-\($0)" }
            table.add(
                .init("\(row.revision)"), .init(row.at?.formatted(.iso8601) ?? "-"), .init(row.by ?? "-"),
                .init(changes.joined(separator: " ")))
        }
        return table.text(context.terminal)
    }
    return ExitCode.inLine
}

func policyDiff(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    var query = [(name: "from", value: String(try context.revision("revision")))]
    if context.parsed.argument("other") != nil {
        query.append((name: "to", value: String(try context.revision("other"))))
    }
    let answer: PolicyDifference = try await context.client.get(.policyDifference, query)
    try context.show(answer) { answer in
        let title = "revision \(answer.from) to \(answer.to)"
        guard !answer.entries.isEmpty else { return "\(title): nothing differs" }
        return title + "\n"
            + answer.entries.map { entry in
                "\n" + context.terminal.paint("\(plain(entry.name)) \(entry.change)", .bold) + "\n"
                    + entry.lines.map { line in
                        let style: Terminal.Style? = line.hasPrefix("+") ? .green : line.hasPrefix("-") ? .red : nil
                        let text = "  " + plain(line)
                        return style.map { context.terminal.paint(text, $0) } ?? text
                    }.joined(separator: "\n")
            }.joined(separator: "\n")
    }
    return answer.entries.isEmpty ? ExitCode.inLine : ExitCode.drift
}

func policyRollback(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let request = PolicyRollbackRequest(
        revision: try context.revision("revision"), expectedRevision: try context.number("expect-revision"))
    let answer: ApplyAnswer = try await context.client.send(
        "POST", .policyRollback, [], request, deadline: .seconds(600))
    try context.show(answer) { appliedText($0, "policies") }
    return ExitCode.inLine
}

extension CommandContext {
    fileprivate func revision(_ argument: String) throws(CLIFailure) -> Int {
        let text = parsed.argument(argument) ?? ""
        guard let number = Int(text), number >= 0 else {
            throw CLIFailure(
                ExitCode.usage, "'\(plain(text))' is no revision", remedy: "a number, as nestor policy history shows it"
            )
        }
        return number
    }
}
