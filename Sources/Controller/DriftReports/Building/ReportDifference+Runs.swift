package import ControllerAPI
import NestingModel

extension ReportDifference {
    /// What lies between two runs of one report, whichever came first.
    package init(from earlier: ReportRun, to later: ReportRun) {
        func open(_ run: ReportRun) -> some Sequence<ReportedFinding> { run.findings.lazy.filter(\.standing.isOpen) }
        // Of each only what tells whether it changed, and those alone are kept that did.
        func values(_ run: ReportRun) -> [String: [String]] {
            open(run).reduce(into: [:]) { $0[$1.finding.id] = [$1.finding.observed, $1.finding.desired] }
        }
        let (before, after) = (values(earlier), values(later))
        // Nobody goes through a run once more for what is not in it.
        func findings(of run: ReportRun, _ ids: Set<String>) -> [ReportedFinding] {
            ids.isEmpty ? [] : open(run).filter { ids.contains($0.finding.id) }
        }
        let changed = Set(after.keys.filter { id in before[id].map { $0 != after[id] } ?? false })
        let past = Dictionary(findings(of: earlier, changed).map { ($0.finding.id, $0) }) { first, _ in first }
        self.init(
            from: earlier.summary, to: later.summary,
            opened: findings(of: later, Set(after.keys.filter { before[$0] == nil })),
            closed: findings(of: earlier, Set(before.keys.filter { after[$0] == nil })),
            changed: findings(of: later, changed).compactMap { now in
                past[now.finding.id].map { FindingChange(before: $0, after: now) }
            })
    }
}
