import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetWriting {
    /// Writes down how each guest of an ended remediation came out: in its history, in the audit log, and for
    /// enforcement to wait, to try again or to go on.
    func note(outcomeOf remediation: Remediation, at now: Date, _ rule: RetryRule) throws(StoreFailure) {
        var troubled = try value(.troubledGuests, as: TroubledGuests.self) ?? TroubledGuests()
        var entries: [HistoryEntry] = []
        var words: [String] = []
        for (item, plan) in zip(remediation.items, remediation.plan.items) {
            guard let outcome = item.outcome, outcome != .skipped else { continue }
            let holds = outcome == .corrected || outcome == .unverified
            let findings = try self.findings(ids: plan.findings)
            entries += findings.map { finding in
                HistoryEntry(
                    holds ? .corrected : .correctionFailed, finding, at: now, remediation: remediation.id,
                    by: remediation.requestedBy, sentence: "\(outcome): \(item.sentence)")
            }
            let changes = findings.map { "\($0.setting?.rawValue ?? "") \($0.observed) → \($0.desired)" }
            words.append("\(item.path): \(outcome) (\(changes.joined(separator: ", "))): \(item.sentence)")
            if outcome == .corrected {
                troubled.forget(item.path)
            } else {
                troubled.failed(
                    item.path, remediation: remediation.id, sentence: item.sentence, remedy: item.remedy, at: now, rule)
            }
        }
        try add(history: entries)
        try put(troubled.guests.isEmpty ? nil : troubled, as: .troubledGuests)
        try audit(
            AuditEntry(
                actor: Requester.controller.name, action: "remediation.end", subject: remediation.id,
                detail: DocumentChanges.joined(["\(remediation.state): \(remediation.sentence)"] + words)))
    }
}
