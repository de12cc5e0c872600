package import ControllerAPI
import NestingModel

extension ReportDifference {
    /// What lies between two runs of one report, whichever came first.
    package init(from earlier: ReportRun, to later: ReportRun) {
        func open(_ run: ReportRun) -> [ReportedFinding] { run.findings.filter { $0.standing.isOpen } }
        func byID(_ run: ReportRun) -> [String: ReportedFinding] {
            Dictionary(open(run).map { ($0.finding.id, $0) }) { first, _ in first }
        }
        let (before, after) = (byID(earlier), byID(later))
        self.init(
            from: earlier.summary, to: later.summary,
            opened: open(later).filter { before[$0.finding.id] == nil },
            closed: open(earlier).filter { after[$0.finding.id] == nil },
            changed: open(later).compactMap { now in
                guard let then = before[now.finding.id],
                    (then.finding.observed, then.finding.desired) != (now.finding.observed, now.finding.desired)
                else { return nil }
                return FindingChange(before: then, after: now)
            })
    }
}
