import NestingModel

extension DisruptionRules {
    /// The rules of a change that several policies ask for: only what all of them allow.
    static func strictest(of rules: [DisruptionRules]) -> DisruptionRules {
        guard var result = rules.first else { return DisruptionRules(restart: false, drain: false) }
        for other in rules.dropFirst() {
            result.restart = result.restart && other.restart
            result.drain = result.drain && other.drain
            result.shutdownSeconds = max(result.shutdownSeconds, other.shutdownSeconds)
            result.reportAgeSeconds = min(result.reportAgeSeconds, other.reportAgeSeconds)
            result.consent.dropSavedState = result.consent.dropSavedState && other.consent.dropSavedState
            result.consent.cutPower = result.consent.cutPower && other.consent.cutPower
            result.consent.owners.removeAll { !other.consent.owners.contains($0) }
        }
        return result
    }
}
