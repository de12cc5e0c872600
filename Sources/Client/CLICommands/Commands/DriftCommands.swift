import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func tree(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let wanted = try context.paths()
    let tree: NestingTree = try await context.client.get(.tree)
    try check(wanted, are: tree)
    let shown = wanted.isEmpty ? tree : NestingTree(roots: wanted.compactMap { tree.node(at: $0) })
    let findings: [Finding] = try await context.client.get(.findings)
    try context.show(shown) { tree in
        tree.roots.isEmpty
            ? "no hosts yet; nestor host enrol NAME --address ADDRESS adds one"
            : TreeText(terminal: context.terminal, findings: findings).lines(tree).joined(separator: "\n")
    }
    return ExitCode.inLine
}

/// "no drift" about a place that does not exist would be a lie.
private func check(_ paths: [NodePath], are tree: NestingTree) throws(CLIFailure) {
    for path in paths where tree.node(at: path) == nil {
        throw CLIFailure(
            ExitCode.failed, "there is no '\(plain(path.description))' in the tree", remedy: "nestor tree shows it")
    }
}

func drift(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let paths = try context.paths()
    if context.parsed.flag("refresh") {
        let _: [HostRow] = try await context.client.send("POST", .sweep, [], SweepRequest(), deadline: .seconds(600))
    }
    if !paths.isEmpty { try check(paths, are: try await context.client.get(.tree)) }
    var query: [(name: String, value: String)] = context.parsed.flag("resolved") ? [("resolved", "true")] : []
    if context.parsed.flag("exempted") { query.append(("exempted", "true")) }
    // One path is the controller's to filter; several are filtered here.
    if paths.count == 1 { query.append(("path", paths[0].description)) }
    var findings: [Finding] = try await context.client.get(.findings, query)
    if paths.count > 1 {
        findings = findings.filter { finding in paths.contains { $0 == finding.path || $0.contains(finding.path) } }
    }
    try context.show(findings) { findings in
        findings.isEmpty
            ? context.parsed.flag("exempted") ? "nothing is exempted" : "no drift"
            : findingsText(findings, context.terminal)
    }
    return findings.contains(where: \.countsAsDrift) ? ExitCode.drift : ExitCode.inLine
}

func report(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let report: DriftReport = try await context.client.send("POST", .report, [], Empty(), deadline: .seconds(600))
    try context.show(report) { report in
        var lines = [
            context.terminal.paint("Drift report, \(report.at.formatted(.iso8601))", .bold),
            "\(report.hosts) hosts, \(report.guests) guests, policies at revision \(report.policyRevision)"
                + (report.previousAt.map { ", compared with \($0.formatted(.iso8601))" } ?? ", the first report"),
            "\(report.new.count) new, \(report.persisting.count) persisting, \(report.resolved.count) resolved",
        ]
        if let freeze = report.freeze { lines.append(plain(freeze.sentence)) }
        for host in report.notHeard {
            lines.append(
                "not heard from: \(plain(host.path.description)) (\(host.health.state)): \(plain(host.health.sentence))"
            )
        }
        for (title, findings) in [
            ("New", report.new), ("Persisting", report.persisting), ("Resolved", report.resolved),
        ] where !findings.isEmpty {
            lines += ["", context.terminal.paint(title, .bold)]
            lines += findings.map { "  \(plain("\($0.path): \($0.summary)"))" }
        }
        if let head = report.auditHead { lines += ["", "audit log: \(auditHeadText(head))"] }
        return lines.joined(separator: "\n")
    }
    return (report.new + report.persisting).contains(where: \.countsAsDrift) ? ExitCode.drift : ExitCode.inLine
}
