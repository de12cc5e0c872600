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
        if let reports = status.reports, reports.reports > 0 {
            let next = reports.nextAt.map { ", the next at \($0.formatted(.iso8601))" } ?? ""
            lines.append("reports       \(reports.reports)\(next)")
            for failing in reports.failing {
                lines.append(context.terminal.paint("  not delivered: \(plain(failing))", .yellow))
            }
        }
        for id in status.running { lines.append("remediation   \(id) is not finished") }
        for freeze in status.standingFreezes {
            lines.append(
                context.terminal.paint("frozen        \(plain(freeze.sentence))", .yellow))
        }
        if let reason = status.enforcementStopped {
            lines.append(context.terminal.paint("enforcement   stopped: \(plain(reason))", .red))
        }
        for guest in status.troubled ?? [] {
            let next = guest.nextTry.map { "is tried again after \($0.formatted(.iso8601))" } ?? "is left out"
            lines.append(
                context.terminal.paint(
                    "alert         \(plain(guest.path.description)) \(next), failed \(guest.failures) "
                        + "time\(guest.failures == 1 ? "" : "s"): \(plain(guest.sentence)) "
                        + "(remediation \(plain(guest.remediation)))", .red))
            if guest.isLeftOut {
                let remedy = guest.remedy.isEmpty ? "" : "\(plain(guest.remedy)); then "
                lines.append("  → \(remedy)nestor drift settle \(plain(guest.path.description))")
            }
        }
        if let head = status.auditHead { lines.append("audit         \(auditHeadText(head))") }
        if let anchor = status.auditAnchor { lines += anchorLines(anchor, context.terminal) }
        return lines.joined(separator: "\n")
    }
    return ExitCode.inLine
}

/// Where the audit log's head is kept, and whether it gets there.
func anchorLines(_ anchor: AuditAnchorStatus, _ terminal: Terminal) -> [String] {
    let arrived = anchor.delivered.map { "has \(auditHeadText($0))" } ?? "has none yet"
    var lines = ["  anchored     \(plain(anchor.place)) \(arrived)"]
    if anchor.health.isFailing {
        let next = anchor.health.retryAt.map { ", tried again after \($0.formatted(.iso8601))" } ?? ""
        lines.append(
            terminal.paint(
                "  not delivered: \(anchor.waiting) wait\(anchor.waiting == 1 ? "s" : "")\(next): "
                    + plain(anchor.health.sentence), .yellow))
        if !anchor.health.remedy.isEmpty { lines.append("  → \(plain(anchor.health.remedy))") }
    }
    return lines
}

private func counts(_ counts: [String: Int]) -> String {
    counts.isEmpty
        ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
}
