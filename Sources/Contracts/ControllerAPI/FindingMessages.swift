package import FoundationEssentials
package import NestingModel

/// A person has seen a finding, and lets it be for now.
package struct AcknowledgeRequest: Codable, Sendable, Hashable {
    /// Its id, or a path at which it is the only one that is open.
    package var finding: String
    package var note: String
    /// nil: until it is resolved or the policy wants something else.
    package var until: Date?

    package init(finding: String, note: String, until: Date? = nil) {
        self.finding = finding
        self.note = note
        self.until = until
    }
}

/// A person has found out why a setting came back, or why its correction failed: it may be corrected again.
package struct SettleRequest: Codable, Sendable, Hashable {
    /// Its id, or a path for all that is open there.
    package var finding: String
    package var note: String?

    package init(finding: String, note: String? = nil) {
        self.finding = finding
        self.note = note
    }
}

/// A guest whose last correction did not end well.
package struct TroubledGuest: Codable, Sendable, Hashable {
    package var path: NodePath
    package var remediation: String
    /// Of the last failure.
    package var sentence: String
    package var remedy: String
    /// One after the other, without a success between.
    package var failures: Int
    package var lastFailure: Date
    /// From when on `enforce` tries it again; nil: it is left out until a person settles it.
    package var nextTry: Date?

    package init(
        path: NodePath, remediation: String, sentence: String, remedy: String, failures: Int, lastFailure: Date,
        nextTry: Date?
    ) {
        self.path = path
        self.remediation = remediation
        self.sentence = sentence
        self.remedy = remedy
        self.failures = failures
        self.lastFailure = lastFailure
        self.nextTry = nextTry
    }

    package var isLeftOut: Bool { nextTry == nil }

    /// As it is told with the guest's findings.
    package var failedCorrection: FailedCorrection {
        FailedCorrection(
            remediation: remediation, sentence: sentence, remedy: remedy, failures: failures, at: lastFailure,
            nextTry: nextTry)
    }
}
