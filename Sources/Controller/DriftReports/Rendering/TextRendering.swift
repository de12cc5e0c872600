import ControllerAPI
import NestingModel

/// A report as plain text, 7-bit where the fleet's names are.
struct TextRendering {
    let run: ReportRun

    func write(_ emit: (String) -> Void) {
        let words = ReportWords(run: run)
        let counts = run.summary.counts
        emit("\(words.title)\n\(words.when)\n\(words.scope), \(words.comparison)\n\n")
        for banner in [words.late].compactMap(\.self) + words.freezes { emit("! \(banner)\n\n") }
        emit(
            "\(counts.new) new, \(counts.regressed) regressed, \(counts.persisting) persisting, "
                + "\(counts.resolved) resolved\n")
        emit("in line: \(line(run.compliance.all))\n")
        if let before = run.complianceBeforeExemptions { emit("  before exemptions: \(line(before.all))\n") }
        for policy in run.compliance.policies {
            emit("  policy \(policy.policy.shown): \(line(policy.share))\(before(policy))\n")
        }
        for level in run.compliance.levels { emit("  level \(level.level): \(line(level.share))\(before(level))\n") }
        if run.trend.count > 1 {
            emit("open over the last \(run.trend.count) runs: ")
            emit(run.trend.map { "\($0.counts.open)" }.joined(separator: ", ") + "\n")
        }
        if !run.notHeard.isEmpty { emit("\nNot heard from\n") }
        for host in run.notHeard.prefix(ReportBounds.hosts) {
            let since = host.health.reportedAt.map { "last report \(ReportWords.time($0))" } ?? "never reported"
            emit("  \(host.path.description.shown) (\(host.health.state), \(since)): \(host.health.sentence.shown)\n")
        }
        omission(run.notHeard.count, of: ReportBounds.hosts, "hosts", emit)
        let listed = run.findings.listed(limit: ReportBounds.findings)
        for standing in FindingStanding.allCases {
            guard let (findings, count) = listed[standing] else { continue }
            emit("\n\(ReportWords.title(of: standing))\n")
            for finding in findings {
                emit("  \(finding.path.description.shown): \(finding.shortSentence.shown) [\(finding.severity)]\n")
                if standing.isOpen, !finding.remedy.isEmpty { emit("    -> \(finding.remedy.shown)\n") }
            }
            omission(count, of: ReportBounds.findings, "findings", emit)
        }
        if let head = words.auditHead { emit("\n\(head)\n") }
    }

    private func omission(_ count: Int, of most: Int, _ word: String, _ emit: (String) -> Void) {
        if let sentence = ReportBounds.omission(count, of: most, word, run) { emit("  \(sentence.shown)\n") }
    }

    private func before(_ policy: PolicyCompliance) -> String {
        before(policy.share, run.complianceBeforeExemptions?.policies.first { $0.policy == policy.policy }?.share)
    }

    private func before(_ level: LevelCompliance) -> String {
        before(level.share, run.complianceBeforeExemptions?.levels.first { $0.level == level.level }?.share)
    }

    /// Only where exemptions make a difference.
    private func before(_ share: ComplianceShare, _ before: ComplianceShare?) -> String {
        guard let before, before != share else { return "" }
        return ", before exemptions \(before.percentText)"
    }

    private func line(_ share: ComplianceShare) -> String {
        guard share.nodes > 0 else { return "no policy asks anything here" }
        let unknown = share.unknown > 0 ? ", \(share.unknown) can't be told" : ""
        return "\(share.percentText) (\(share.inLine) of \(share.nodes)\(unknown))"
    }
}
