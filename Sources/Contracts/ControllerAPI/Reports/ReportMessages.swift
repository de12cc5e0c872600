package import FoundationEssentials

/// All reports, how each last went, and how its recipients take it.
package struct ReportsAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    package var reports: [ReportRow]

    package init(revision: Int, reports: [ReportRow]) {
        self.revision = revision
        self.reports = reports
    }
}

package struct ReportRow: Codable, Sendable, Hashable {
    package var definition: ReportDefinition
    /// Nil where it is never due again.
    package var nextAt: Date?
    package var last: ReportRunSummary?
    /// In the definition's order; of a mailing each address.
    package var recipients: [RecipientRow]

    package init(
        definition: ReportDefinition, nextAt: Date?, last: ReportRunSummary?, recipients: [RecipientRow]
    ) {
        self.definition = definition
        self.nextAt = nextAt
        self.last = last
        self.recipients = recipients
    }
}

/// One recipient, or one address of a mailing, and its queue.
package struct RecipientRow: Codable, Sendable, Hashable {
    package var name: String
    /// Nil where the recipient is no mailing.
    package var address: String?
    /// Never a secret.
    package var place: String
    package var health: RecipientHealth
    /// Deliveries that have not arrived yet.
    package var waiting: Int

    package init(name: String, address: String? = nil, place: String, health: RecipientHealth, waiting: Int) {
        self.name = name
        self.address = address
        self.place = place
        self.health = health
        self.waiting = waiting
    }

    /// `hook`, or `ops/night@example.org`.
    package var fullName: String { name + (address.map { "/\($0)" } ?? "") }
}

/// How deliveries to one recipient go, as the store has it.
package struct RecipientHealth: Codable, Sendable, Hashable {
    package var lastDelivered: Date?
    /// Since the last delivery that arrived.
    package var failures: Int
    package var failingSince: Date?
    /// Of the last failure; empty while all is well.
    package var sentence: String
    package var remedy: String
    /// When it is tried again.
    package var retryAt: Date?
    /// Deliveries that were given up, since more waited than are kept.
    package var givenUp: Int

    package init(
        lastDelivered: Date? = nil, failures: Int = 0, failingSince: Date? = nil, sentence: String = "",
        remedy: String = "", retryAt: Date? = nil, givenUp: Int = 0
    ) {
        self.lastDelivered = lastDelivered
        self.failures = failures
        self.failingSince = failingSince
        self.sentence = sentence
        self.remedy = remedy
        self.retryAt = retryAt
        self.givenUp = givenUp
    }

    package var isFailing: Bool { failures > 0 }
}

/// What lies between two runs of one report.
package struct ReportDifference: Codable, Sendable, Hashable {
    package var from: ReportRunSummary
    package var to: ReportRunSummary
    /// Open in the later one and not in the earlier one.
    package var opened: [ReportedFinding]
    /// Open in the earlier one and not in the later one.
    package var closed: [ReportedFinding]
    /// Open in both, and what was found or wanted is another value.
    package var changed: [FindingChange]

    package init(
        from: ReportRunSummary, to: ReportRunSummary, opened: [ReportedFinding], closed: [ReportedFinding],
        changed: [FindingChange]
    ) {
        self.from = from
        self.to = to
        self.opened = opened
        self.closed = closed
        self.changed = changed
    }
}

package struct FindingChange: Codable, Sendable, Hashable {
    package var before: ReportedFinding
    package var after: ReportedFinding

    package init(before: ReportedFinding, after: ReportedFinding) {
        self.before = before
        self.after = after
    }
}

/// The scheduled reports in short.
package struct ReportsStatus: Codable, Sendable, Hashable {
    package var reports: Int
    /// When the next one is due.
    package var nextAt: Date?
    /// Recipients that do not take what is sent to them, `weekly/hook`, each with the reason.
    package var failing: [String]

    package init(reports: Int, nextAt: Date?, failing: [String]) {
        self.reports = reports
        self.nextAt = nextAt
        self.failing = failing
    }
}
