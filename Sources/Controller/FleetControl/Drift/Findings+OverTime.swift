import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

extension [Finding] {
    /// Takes up what the store knows of each finding from before: that it comes back after it ended, and that it came
    /// back too often; and writes down what opened, came back and ended.
    ///
    /// An exemption neither ends a finding nor lets it come back: that it begins and ends is written down, and nothing is
    /// counted.
    /// - Parameter previous: the open, stale and exempted ones.
    mutating func follow(
        previous: [Finding], rule: ContestRule, in work: any FleetWriting, at now: Date
    ) throws(StoreFailure) {
        let standing = Dictionary(previous.map { ($0.id, $0.state) }) { first, _ in first }
        let fresh = filter { $0.state != .resolved && standing[$0.id] == nil }.map(\.id)
        let ended = Dictionary(try work.findings(ids: fresh).map { ($0.id, $0) }) { first, _ in first }
        let corrections = Dictionary(
            grouping: try work.corrections(since: now.addingTimeInterval(-rule.within)), by: \.path)
        var entries: [HistoryEntry] = []
        for index in indices {
            var finding = self[index]
            let before = standing[finding.id]
            switch (before, finding.state) {
            case (_, .resolved):
                entries.append(HistoryEntry(.resolved, finding, at: now))
                continue
            case (.exempted?, .exempted): break
            case (_, .exempted):
                if before == nil, let earlier = ended[finding.id] { finding = finding.remembering(earlier) }
                entries.append(HistoryEntry(.exempted, finding, at: now, sentence: finding.exemption?.sentence))
            case (.exempted?, _):
                entries.append(HistoryEntry(.exemptionEnded, finding, at: now, sentence: finding.exemption?.sentence))
            case (nil, .open):
                if let earlier = ended[finding.id] {
                    finding = finding.reopened(after: earlier)
                    entries.append(HistoryEntry(.regressed, finding, at: now))
                } else {
                    entries.append(HistoryEntry(.opened, finding, at: now))
                }
            default: break
            }
            let contest = rule.contest(finding, history: corrections[finding.path] ?? [], now: now)
            if let contest, finding.contest == nil {
                finding.contest = contest
                entries.append(HistoryEntry(.contested, finding, at: now, sentence: contest.sentence))
            }
            self[index] = finding
        }
        try work.add(history: entries)
    }
}
