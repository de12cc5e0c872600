package import FoundationEssentials

/// That a finding was resolved and opened again.
package struct FindingRecurrence: Codable, Sendable, Hashable {
    /// How often it opened again.
    package var times: Int
    package var lastResolved: Date
    package var openedAgain: Date

    package init(times: Int, lastResolved: Date, openedAgain: Date) {
        self.times = times
        self.lastResolved = lastResolved
        self.openedAgain = openedAgain
    }
}

/// That a person has seen a finding and lets it be for now. It changes nothing about what is corrected.
package struct FindingAcknowledgement: Codable, Sendable, Hashable {
    package var by: String
    package var at: Date
    package var note: String
    /// From then on the finding counts again; nil: until it is resolved or the policy wants something else.
    package var until: Date?

    package init(by: String, at: Date, note: String, until: Date? = nil) {
        self.by = by
        self.at = at
        self.note = note
        self.until = until
    }
}

/// That a setting came back after each of several corrections: somebody else wants it otherwise, and Nestor leaves it
/// alone until a person has settled it.
package struct FindingContest: Codable, Sendable, Hashable {
    package var since: Date
    /// The corrections that did not last, oldest first.
    package var corrections: [PastCorrection]

    package init(since: Date, corrections: [PastCorrection]) {
        self.since = since
        self.corrections = corrections
    }

    package var sentence: String {
        let count = corrections.count
        let first = corrections.first.map { " since \($0.at.formatted(.iso8601))" } ?? ""
        return "it was corrected \(count) time\(count == 1 ? "" : "s")\(first) and came back each time: "
            + "somebody else sets it otherwise"
    }
}

package struct PastCorrection: Codable, Sendable, Hashable {
    package var at: Date
    package var remediation: String

    package init(at: Date, remediation: String) {
        self.at = at
        self.remediation = remediation
    }
}

extension Finding {
    /// Whether it is open after it was resolved once.
    package var isRegressed: Bool { recurrence != nil && state.isOpen }

    /// Whether a person has to settle it before it is corrected again. An exempted finding is not corrected anyway: a
    /// contest from before rests until the exemption ends.
    package var isContested: Bool { contest != nil && state.isOpen }

    /// Whether a script that asks for drift should hear of it: not where it ended, where an exemption holds it, where a
    /// person has acknowledged it, and where it only suggests something.
    package var countsAsDrift: Bool { state.isOpen && acknowledgement == nil && kind != .unusedExposure }

    /// Takes over from an earlier evaluation what evaluating does not tell again. What was about another wish of the
    /// policy's lapses with it, and an acknowledgement also with an exemption: when that ends, it is to be seen.
    package mutating func carry(from earlier: Finding, at now: Date) {
        recurrence = earlier.recurrence
        guard desired == earlier.desired else { return }
        contest = earlier.contest
        guard state != .exempted else { return }
        acknowledgement = earlier.acknowledgement
        lapse(at: now)
    }

    /// Ends an acknowledgement whose time is over.
    package mutating func lapse(at now: Date) {
        if let until = acknowledgement?.until, until <= now { acknowledgement = nil }
    }

    /// This finding of now, where an earlier one of the same id was resolved: it keeps its first day, and counts.
    package func reopened(after earlier: Finding) -> Finding {
        var finding = remembering(earlier)
        finding.recurrence = FindingRecurrence(
            times: (earlier.recurrence?.times ?? 0) + 1, lastResolved: earlier.lastSeen, openedAgain: firstSeen)
        return finding
    }

    /// The same where an exemption holds it: its past stays with it, and nothing is counted.
    package func remembering(_ earlier: Finding) -> Finding {
        var finding = self
        finding.recurrence = earlier.recurrence
        finding.firstSeen = min(earlier.firstSeen, firstSeen)
        // A contest is a person's to settle, and not the other tool's by a pause.
        if desired == earlier.desired { finding.contest = earlier.contest }
        return finding
    }
}

/// That the last correction of a guest did not end well, and what becomes of it under `enforce`.
package struct FailedCorrection: Codable, Sendable, Hashable {
    package var remediation: String
    package var sentence: String
    package var remedy: String
    /// One after the other, without a success between.
    package var failures: Int
    package var at: Date
    /// From when on it is tried again; nil: it is left out until a person settles it.
    package var nextTry: Date?

    package init(
        remediation: String, sentence: String, remedy: String, failures: Int, at: Date, nextTry: Date?
    ) {
        self.remediation = remediation
        self.sentence = sentence
        self.remedy = remedy
        self.failures = failures
        self.at = at
        self.nextTry = nextTry
    }
}
