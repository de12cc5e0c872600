import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func drift(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let paths = try context.paths()
    if context.parsed.flag("refresh") {
        let _: [HostRow] = try await context.client.send(
            "POST", .sweep, [], SweepRequest(places: paths.isEmpty ? nil : paths, tellsRows: false),
            deadline: .seconds(600))
    }
    // People get a page, and programs all, as with kubectl; --limit says otherwise to both, and 0 is no limit.
    let limit = try context.limit() ?? (context.wantsJSON ? 0 : 100)
    var query = paths.map { (name: "path", value: $0.description) } + (try driftQuery(context))
    for flag in ["resolved", "exempted"] where context.parsed.flag(flag) { query.append((flag, "true")) }
    if context.wantsJSON { return try await printDrift(query, limit: limit, context) }
    let most = try pageSize(context, usual: FindingQuery.usual)
    var (shown, page) = (0, FindingPage(findings: [], total: 0, drifting: 0, next: nil))
    repeat {
        let size = limit == 0 ? most : min(limit - shown, most)
        page = try await context.client.get(
            .findings, query + [("limit", "\(size)")] + (page.next.map { [("after", $0)] } ?? []))
        if !page.findings.isEmpty {
            context.terminal.print((shown == 0 ? "" : "\n") + findingsText(page.findings, context.terminal))
        }
        shown += page.findings.count
    } while page.next != nil && (limit == 0 || shown < limit)
    if shown == 0 {
        context.terminal.print(context.parsed.flag("exempted") ? "nothing is exempted" : "no drift")
    } else if page.next != nil {
        let more = page.total - shown
        context.terminal.print(
            "\n\(more) more; --limit \(limit * 2) shows more of them, --limit 0 all, and 'nestor drift PATH' those of "
                + "a place")
    }
    return page.drifting > 0 ? ExitCode.drift : ExitCode.inLine
}

/// What is asked of findings beside their place and state.
func driftQuery(_ context: CommandContext) throws(CLIFailure) -> [(name: String, value: String)] {
    var query: [(name: String, value: String)] = []
    if let selector = try context.selector() {
        // A selector always encodes.
        query.append(("selector", String(decoding: (try? JSONEncoder().encode(selector)) ?? Data(), as: UTF8.self)))
    }
    for name in ["policy", "setting", "severity"] {
        query += context.parsed.options(name).map { (name, $0) }
    }
    return query
}

/// What a page may have. Each asks anew what a selector picks: few and large ones ask less often.
private func pageSize(_ context: CommandContext, usual: Int) throws(CLIFailure) -> Int {
    try context.selector() == nil ? usual : FindingQuery.most
}

/// As JSON, of which nothing is read.
private func printDrift(
    _ query: [(name: String, value: String)], limit: Int, _ context: CommandContext
) async throws(CLIFailure) -> Int32 {
    var list = JSONList(context.terminal)
    let most = try pageSize(context, usual: PageEnd.usual)
    var (taken, end) = (0, PageEnd(next: nil, taken: 0))
    repeat {
        let size = limit == 0 ? most : min(limit - taken, most)
        let page = try await context.client.lines(
            .findings, query + [("limit", "\(size)")] + (end.next.map { [("after", $0)] } ?? []))
        for document in page.documents { list.add(document: document) }
        end = page.end
        taken += end.taken
    } while end.next != nil && (limit == 0 || taken < limit)
    list.close()
    return end.drifting ?? 0 > 0 ? ExitCode.drift : ExitCode.inLine
}

/// How many of the new ones are old acquaintances.
private func back(_ counts: DriftCounts) -> String {
    counts.regressed.map { $0 == 0 ? "" : " (\($0) of them regressed)" } ?? ""
}

func report(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let report: DriftReport = try await context.client.send("POST", .report, [], Empty(), deadline: .seconds(600))
    let counts = report.counts
    try context.show(report) { report in
        var lines = [
            context.terminal.paint("Drift report, \(report.at.formatted(.iso8601))", .bold),
            "\(report.hosts) hosts, \(report.guests) guests, policies at revision \(report.policyRevision)"
                + (report.previousAt.map { ", compared with \($0.formatted(.iso8601))" } ?? ", the first report"),
            "\(counts.new) new\(back(counts)), \(counts.persisting) persisting, \(counts.resolved) resolved",
        ]
        lines += report.standingFreezes.map { plain($0.sentence) }
        for host in report.notHeard {
            lines.append(
                "not heard from: \(plain(host.path.description)) (\(host.health.state)): \(plain(host.health.sentence))"
            )
        }
        if counts.notHeard > report.notHeard.count {
            lines.append("and \(counts.notHeard - report.notHeard.count) more hosts: nestor host list")
        }
        for (title, findings, count) in [
            ("New", report.new, counts.new), ("Persisting", report.persisting, counts.persisting),
            ("Resolved", report.resolved, counts.resolved),
        ] where !findings.isEmpty {
            lines += ["", context.terminal.paint(title, .bold)]
            lines += findings.map { "  \(plain("\($0.path): \($0.summary)"))" }
            if count > findings.count { lines.append("  and \(count - findings.count) more: nestor drift --limit 0") }
        }
        if let head = report.auditHead { lines += ["", "audit log: \(auditHeadText(head))"] }
        return lines.joined(separator: "\n")
    }
    return counts.drifting > 0 ? ExitCode.drift : ExitCode.inLine
}
