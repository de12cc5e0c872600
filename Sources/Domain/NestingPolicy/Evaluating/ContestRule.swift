package import FoundationEssentials
package import NestingModel

/// When a setting that keeps coming back is no longer corrected: after so many corrections within so long.
package struct ContestRule: Sendable, Hashable {
    package var after: Int
    /// In seconds.
    package var within: TimeInterval

    package init(after: Int = 3, within: TimeInterval = 86_400) {
        self.after = after
        self.within = within
    }

    /// Whether this finding, which is open now, came back too often.
    ///
    /// - Parameter history: what happened since `now - within` at least, oldest first; what is about other settings is
    ///   passed over. A person's word (`settled`) lets counting begin anew.
    /// - Returns: nil where it may be corrected; one that was contested before stays so.
    package func contest(_ finding: Finding, history: [HistoryEntry], now: Date) -> FindingContest? {
        if let contest = finding.contest { return contest }
        guard finding.state == .open, finding.correctable, finding.kind == .drift || finding.kind == .restartNeeded,
            let setting = finding.setting
        else { return nil }
        var corrections: [PastCorrection] = []
        for entry in history where entry.path == finding.path && entry.setting == setting {
            switch entry.kind {
            case .settled: corrections = []
            case .corrected where entry.desired == finding.desired && entry.at > now.addingTimeInterval(-within):
                corrections.append(PastCorrection(at: entry.at, remediation: entry.remediation ?? ""))
            default: break
            }
        }
        return corrections.count >= after ? FindingContest(since: now, corrections: corrections.suffix(20)) : nil
    }
}
