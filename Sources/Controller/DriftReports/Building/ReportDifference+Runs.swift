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
        let opened = open(later).filter { before[$0.finding.id] == nil }
        func differs(_ found: ReportedFinding) -> Bool {
            guard let then = before[found.finding.id], let now = after[found.finding.id] else { return false }
            return then != now
        }
        let changed = open(later).filter(differs)
        let past = Dictionary(open(earlier).filter(differs).map { ($0.finding.id, $0) }) { first, _ in first }
        self.init(
            from: earlier.summary, to: later.summary, opened: opened,
            closed: open(earlier).filter { after[$0.finding.id] == nil },
            changed: changed.compactMap { now in
                past[now.finding.id].map { FindingChange(before: $0, after: now) }
            })
    }
}
