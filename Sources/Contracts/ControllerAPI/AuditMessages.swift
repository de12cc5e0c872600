package import FoundationEssentials

/// Which records of the audit log; what is nil says nothing.
package struct AuditQuery: Codable, Sendable, Hashable {
    /// A part of the name of whoever did it, in any case: `alice`.
    package var actor: String?
    /// `policy.apply`, or `policy` for all that begins with `policy.`.
    package var action: String?
    /// `rack7`, with all below it; a remediation, with its corrections.
    package var subject: String?
    package var since: Date?
    package var until: Date?
    package var limit: Int

    package init(
        actor: String? = nil, action: String? = nil, subject: String? = nil, since: Date? = nil, until: Date? = nil,
        limit: Int = 100
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.since = since
        self.until = until
        self.limit = limit
    }
}

/// The end of the audit log's chain: kept outside the store, it shows later whether the end was cut off, which the
/// chain alone does not.
package struct AuditHead: Codable, Sendable, Hashable {
    /// Of the last record, and so how many there are; 0 where there is none.
    package var number: Int
    /// Of the last record, SHA-256 in hex; empty where there is none.
    package var hash: String

    package init(number: Int, hash: String) {
        self.number = number
        self.hash = hash
    }
}

/// How the head of the audit log gets to the webhook that keeps it.
package struct AuditAnchorStatus: Codable, Sendable, Hashable {
    /// Where it goes; never a secret.
    package var place: String
    /// Heads that have not arrived yet.
    package var waiting: Int
    /// The last one that arrived.
    package var delivered: AuditHead?
    package var health: RecipientHealth

    package init(place: String, waiting: Int, delivered: AuditHead?, health: RecipientHealth) {
        self.place = place
        self.waiting = waiting
        self.delivered = delivered
        self.health = health
    }
}

/// What came of recomputing the audit log's chain from its first record.
package struct AuditVerification: Codable, Sendable, Hashable {
    /// The last record that is as it was written, with all before it.
    package var head: AuditHead
    /// The first that is not; nil where all are.
    package var fault: AuditFault?
    /// The anchored head that was asked for.
    package var expected: String?
    /// The record that has it; nil where none has.
    package var expectedAt: Int?

    package init(head: AuditHead, fault: AuditFault? = nil, expected: String? = nil, expectedAt: Int? = nil) {
        self.head = head
        self.fault = fault
        self.expected = expected
        self.expectedAt = expectedAt
    }

    package var isWhole: Bool { fault == nil && (expected == nil || expectedAt != nil) }
}

package struct AuditFault: Codable, Sendable, Hashable {
    package var number: Int
    package var sentence: String

    package init(number: Int, sentence: String) {
        self.number = number
        self.sentence = sentence
    }
}
