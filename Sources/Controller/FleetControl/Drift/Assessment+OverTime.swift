import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

extension Assessment {
    /// Takes up what the store knows of each finding from before: that it comes back after it ended, and that it came
    /// back too often; and writes down what opened, came back and ended.
    mutating func follow(
        previous: [Finding], rule: ContestRule, in work: any FleetWriting, at now: Date
    ) throws(StoreFailure) {
        let standing = Set(previous.map(\.id))
        let fresh = findings.filter { $0.state == .open && !standing.contains($0.id) }.map(\.id)
        let ended = Dictionary(try work.findings(ids: fresh).map { ($0.id, $0) }) { first, _ in first }
        let corrections = Dictionary(
            grouping: try work.corrections(since: now.addingTimeInterval(-rule.within)), by: \.path)
        var entries: [HistoryEntry] = []
        for index in findings.indices {
            var finding = findings[index]
            if finding.state == .resolved {
                entries.append(HistoryEntry(.resolved, finding, at: now))
                continue
            }
            if finding.state == .open, !standing.contains(finding.id) {
                if let earlier = ended[finding.id] {
                    finding = finding.reopened(after: earlier)
                    entries.append(HistoryEntry(.regressed, finding, at: now))
                } else {
                    entries.append(HistoryEntry(.opened, finding, at: now))
                }
            }
            let contest = rule.contest(finding, history: corrections[finding.path] ?? [], now: now)
            if let contest, finding.contest == nil {
                finding.contest = contest
                entries.append(HistoryEntry(.contested, finding, at: now, sentence: contest.sentence))
            }
            findings[index] = finding
        }
        try work.add(history: entries)
    }
}
