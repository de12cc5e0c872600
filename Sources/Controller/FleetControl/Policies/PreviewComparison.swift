import ControllerAPI
import NestingModel
import NestingPolicy

/// What a draft makes of what stands: the findings that come, go and change. There may be fifty thousand of each, of which
/// a page is shown: they are told by their places, and put in order so.
struct PreviewComparison {
    private let findings: [Finding]
    private let previous: [Finding]
    private var opens: [Int] = []
    private var closes: [Int] = []
    private var exempts: [Int] = []
    /// With the place of what stood before.
    private var modes: [(place: Int, before: Int)] = []

    /// - Parameters:
    ///   - previous: what stands.
    ///   - findings: what would, and what would have ended.
    init(from previous: [Finding], to findings: [Finding]) {
        self.previous = previous
        self.findings = findings
        let known = Dictionary(previous.indices.map { (previous[$0].id, $0) }) { first, _ in first }
        for place in findings.indices {
            let before = known[findings[place].id]
            let state = before.map { previous[$0].state }
            switch findings[place].state {
            case .resolved: if state?.isOpen == true { closes.append(place) }
            case .exempted: if state != .exempted { exempts.append(place) }
            case .open, .stale, .unknown:
                if let before, state?.isOpen == true {
                    if previous[before].mode != findings[place].mode { modes.append((place, before)) }
                } else {
                    opens.append(place)
                }
            }
        }
    }

    /// The worst first, then by path.
    /// - Parameters:
    ///   - planned: what could be corrected then.
    ///   - limit: of each list; nil for all.
    func answer(_ planned: BoundedPlan, warnings: [String], limit: Int?) -> PreviewAnswer {
        var answer = PreviewAnswer(
            opens: first(opens, limit), closes: first(closes, limit), exempts: first(exempts, limit),
            modes: modes.sorted { isBefore($0.place, $1.place) }.prefix(limit ?? .max).map {
                ModeChange(finding: findings[$0.place], before: previous[$0.before].mode)
            }, plan: planned.plan, warnings: warnings)
        let counts = PreviewCounts(
            opens: opens.count, closes: closes.count, exempts: exempts.count, modes: modes.count,
            items: planned.items, blocked: planned.blocked)
        if counts != answer.total { answer.counts = counts }
        return answer
    }

    private func first(_ places: [Int], _ limit: Int?) -> [Finding] {
        places.sorted(by: isBefore).prefix(limit ?? .max).map { findings[$0] }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        if findings[left].severity != findings[right].severity {
            return findings[right].severity < findings[left].severity
        }
        return findings[left].path == findings[right].path
            ? findings[left].id < findings[right].id : findings[left].path < findings[right].path
    }
}
