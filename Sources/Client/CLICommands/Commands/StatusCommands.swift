import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func status(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let status: StatusAnswer = try await context.client.get(.status)
    try context.show(status) { status in
        var lines = [
            context.terminal.paint("nestord \(status.version)", .bold)
                + ", up since \(status.startedAt.formatted(.iso8601)), epoch \(status.epoch)",
            "state folder  \(plain(status.stateDirectory)) (store \(bytes(status.storeBytes)))",
            "hosts         \(counts(status.hosts))", "findings      \(counts(status.findings))",
            "policies      revision \(status.policyRevision)", "fleet         revision \(status.fleetRevision)",
        ]
        for id in status.running { lines.append("remediation   \(id) is not finished") }
        if let freeze = status.freeze {
            lines.append(
                context.terminal.paint("frozen        \(plain(freeze.sentence))", .yellow))
        }
        if let reason = status.enforcementStopped {
            lines.append(context.terminal.paint("enforcement   stopped: \(plain(reason))", .red))
        }
        return lines.joined(separator: "\n")
    }
    return ExitCode.inLine
}

private func counts(_ counts: [String: Int]) -> String {
    counts.isEmpty
        ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
}

func audit(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let limit = try context.number("limit") ?? 50
    let records: [AuditRecord] = try await context.client.get(.audit, [("limit", String(limit))])
    try context.show(records) { records in
        var table = TextTable("NUMBER", "TIME", "WHO", "WHAT", "SUBJECT", "DETAIL")
        for record in records {
            table.add(
                .init("\(record.number)"), .init(record.time.formatted(.iso8601)), .init(record.actor),
                .init(record.action), .init(record.subject), .init(record.detail))
        }
        return table.text(context.terminal)
    }
    return ExitCode.inLine
}
