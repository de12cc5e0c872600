import ControllerAPI
import NestingModel

/// One page that needs nothing beside itself: no script, no font, no request; it prints, and follows the reader's
/// colours.
struct HTMLRendering {
    let run: ReportRun
    private var words: ReportWords { ReportWords(run: run) }

    init(run: ReportRun) { self.run = run }

    func write(_ emit: (String) -> Void) {
        let name = HTMLText.escaped(words.title)
        emit(
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(name)</title>
            <style>\(PageStyle.sheet)</style></head><body>
            <header><h1>\(name)</h1>
            <p>\(HTMLText.escaped(words.when))</p>
            <p class="dim">\(HTMLText.escaped("\(words.scope), \(words.comparison)"))</p></header>

            """)
        if let late = words.late { emit("<p class=\"banner\">This run is \(HTMLText.escaped(late)).</p>\n") }
        for freeze in words.freezes {
            emit("<p class=\"banner\">\(HTMLText.escaped(freeze)).</p>\n")
        }
        tiles(emit)
        if run.trend.count > 1 {
            emit("<section><h2>Open findings over the last \(run.trend.count) runs</h2>\n")
            TrendDrawing(points: run.trend).write(emit)
            emit("</section>\n")
        }
        notHeard(emit)
        if !run.tree.roots.isEmpty {
            emit("<section><h2>The nesting tree</h2>\n\(TreeDrawing.legend)")
            for root in run.tree.roots { TreeDrawing(root: root).write(emit) }
            if let omitted = run.tree.omitted {
                let hosts = ReportWords.count(omitted, "more host")
                emit("<p class=\"dim\">and \(hosts) with what is inside: nestor tree</p>\n")
            }
            emit("</section>\n")
        }
        findings(emit)
        compliance(emit)
        let head = words.auditHead.map { "<br>\(HTMLText.escaped($0))" } ?? ""
        emit("<footer>Nestor, run \(HTMLText.escaped(run.summary.id))\(head)</footer>\n</body></html>\n")
    }

    private func tiles(_ emit: (String) -> Void) {
        let counts = run.summary.counts
        func tile(_ value: String, _ label: String, _ style: String) {
            emit("<div class=\"tile \(style)\"><b>\(value)</b><span>\(label)</span></div>\n")
        }
        emit("<section class=\"tiles\">\n")
        tile(run.compliance.all.percentText, "of \(run.compliance.all.nodes) nodes in line", "share")
        tile("\(counts.new)", "new", counts.new > 0 ? "bad" : "")
        tile("\(counts.regressed)", "regressed", counts.regressed > 0 ? "bad" : "")
        tile("\(counts.persisting)", "persisting", counts.persisting > 0 ? "warn" : "")
        tile("\(counts.resolved)", "resolved", counts.resolved > 0 ? "good" : "")
        tile(
            "\(counts.notHeard)", counts.notHeard == 1 ? "host not heard" : "hosts not heard",
            counts.notHeard > 0 ? "warn" : "")
        emit("</section>\n")
    }

    private func notHeard(_ emit: (String) -> Void) {
        guard !run.notHeard.isEmpty else { return }
        emit("<section><h2>Hosts not heard from</h2>\n")
        table(["Host", "State", "Last report", "Why, and what to do"], "hosts", emit) {
            for host in run.notHeard.prefix(ReportBounds.hosts) {
                let since = host.health.reportedAt.map(ReportWords.time) ?? "never"
                row(
                    [
                        code(host.path.description), HTMLText.escaped("\(host.health.state)"), since,
                        sentence(host.health.sentence, host.health.remedy),
                    ], emit)
            }
        }
        omission(run.notHeard.count, of: ReportBounds.hosts, "hosts", emit)
        emit("</section>\n")
    }

    private func omission(_ count: Int, of most: Int, _ word: String, _ emit: (String) -> Void) {
        guard let sentence = ReportBounds.omission(count, of: most, word, run) else { return }
        emit("<p class=\"dim\">\(HTMLText.escaped(sentence))</p>\n")
    }

    private func findings(_ emit: (String) -> Void) {
        if run.findings.isEmpty {
            emit("<section><h2>Findings</h2><p>Nothing is out of line, and nothing ended.</p></section>\n")
        }
        let listed = run.findings.listed(limit: ReportBounds.findings)
        for standing in FindingStanding.allCases {
            guard let (findings, count) = listed[standing] else { continue }
            emit("<section class=\"\(standing)\"><h2>\(ReportWords.title(of: standing))</h2>\n")
            table(["Where", "What", "Wanted", "Found", "Severity", "Since", "Why, and what to do"], "findings", emit) {
                for finding in findings {
                    let stale = finding.state == .stale ? " <em>stale</em>" : ""
                    let kind = finding.kind == .drift && finding.setting != nil ? nil : finding.kind.rawValue
                    let what = [kind, finding.setting?.rawValue].compactMap(\.self).joined(separator: " ")
                    row(
                        [
                            code(finding.path.description), HTMLText.escaped(what) + stale,
                            HTMLText.escaped(finding.desired), HTMLText.escaped(finding.observed),
                            "<span class=\"severity \(finding.severity)\">\(finding.severity)</span>",
                            ReportWords.time(finding.firstSeen),
                            sentence(finding.sentence, standing == .resolved ? "" : finding.advice),
                        ], emit)
                }
            }
            omission(count, of: ReportBounds.findings, "findings", emit)
            emit("</section>\n")
        }
    }

    private func compliance(_ emit: (String) -> Void) {
        guard run.compliance.all.nodes > 0 else { return }
        emit("<section><h2>In line, by policy and by level</h2>\n")
        shares(run.compliance, emit)
        if let before = run.complianceBeforeExemptions {
            emit("<h3>If no exemption held</h3>\n")
            shares(before, emit)
        }
        emit("</section>\n")
    }

    private func shares(_ compliance: ComplianceTable, _ emit: (String) -> Void) {
        table(["", "In line", "", "Out of line", "Can't be told", "Nodes"], "shares", emit) {
            for policy in compliance.policies { row(cells(policy.policy, policy.share), emit) }
            for level in compliance.levels { row(cells("level \(level.level)", level.share), emit) }
            row(cells("all", compliance.all), emit)
        }
    }

    private func cells(_ name: String, _ share: ComplianceShare) -> [String] {
        let part = share.permille.map { Double($0) / 10 } ?? 0
        return [
            HTMLText.escaped(name), share.percentText,
            "<span class=\"bar\"><i style=\"width:\(part)%\"></i></span>", "\(share.outOfLine)", "\(share.unknown)",
            "\(share.nodes)",
        ]
    }

    // MARK: Pieces

    /// - Parameter style: decides the widths of its columns.
    private func table(_ header: [String], _ style: String, _ emit: (String) -> Void, _ rows: () -> Void) {
        let cells = header.map { "<th scope=\"col\">\($0)</th>" }.joined()
        emit("<div class=\"wide\"><table class=\"\(style)\"><thead><tr>\(cells)</tr></thead><tbody>\n")
        rows()
        emit("</tbody></table></div>\n")
    }

    /// - Parameter cells: as HTML.
    private func row(_ cells: [String], _ emit: (String) -> Void) {
        emit("<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n")
    }

    private func code(_ text: String) -> String {
        // A long path may break behind each name.
        "<code>" + HTMLText.escaped(text).replacing("/", with: "/<wbr>") + "</code>"
    }

    private func sentence(_ sentence: String, _ remedy: String) -> String {
        HTMLText.escaped(sentence) + (remedy.isEmpty ? "" : "<div class=\"remedy\">\(HTMLText.escaped(remedy))</div>")
    }
}
