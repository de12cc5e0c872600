package import NestingModel

/// The requests that an agent knows, by their names on the wire.
package enum WireMethod: String, Sendable, CaseIterable {
    case hello, report, correct, corrections, finish, renew
}

/// The notification that an agent sends while corrections run; its parameters are a `CorrectionRecord`.
package let progressNotification = "progress"

/// First request of a session.
package struct HelloParameters: Codable, Sendable, Hashable {
    package var `protocol`: ProtocolRange

    package init(protocol: ProtocolRange = .current) {
        self.protocol = `protocol`
    }
}

package struct HelloResult: Codable, Sendable, Equatable {
    /// The version that both will speak.
    package var `protocol`: Int
    package var agent: AgentIdentity
    package var role: SessionRole
    /// Names of the methods and of the correction verbs that the agent knows.
    package var methods: [String]
    package var verbs: [String]
    package var bootID: Fact<String>
    /// The controller that may correct here. Nil where the host is enrolled with none, or can't tell.
    package var controller: String?
    /// The highest epoch that this host has seen from that controller: one that was restored from a backup sees by it
    /// that it is stale, before it orders anything.
    package var epoch: Int?

    package init(
        protocol: Int, agent: AgentIdentity, role: SessionRole, methods: [String], verbs: [String],
        bootID: Fact<String>, controller: String? = nil, epoch: Int? = nil
    ) {
        self.protocol = `protocol`
        self.agent = agent
        self.role = role
        self.methods = methods
        self.verbs = verbs
        self.bootID = bootID
        self.controller = controller
        self.epoch = epoch
    }
}

package struct ReportParameters: Codable, Sendable, Hashable {
    /// The digest of the last report that was received: where it still holds, only `unchanged` comes back.
    package var lastDigest: String?

    package init(lastDigest: String? = nil) {
        self.lastDigest = lastDigest
    }
}

package struct ReportResult: Codable, Sendable, Equatable {
    package var unchanged: Bool
    package var digest: String
    /// Nil where unchanged.
    package var report: HostReport?

    package init(unchanged: Bool, digest: String, report: HostReport?) {
        self.unchanged = unchanged
        self.digest = digest
        self.report = report
    }
}

/// A batch of orders: validated whole before any of it runs.
package struct CorrectParameters: Codable, Sendable, Hashable {
    /// The controller's id, which enrolment left on the host.
    package var controller: String
    /// Rises; the agent refuses a lower one than it has seen.
    package var epoch: Int
    package var corrections: [CorrectionRequest]

    package init(controller: String, epoch: Int, corrections: [CorrectionRequest]) {
        self.controller = controller
        self.epoch = epoch
        self.corrections = corrections
    }
}

/// The corrections as they were accepted. `progress` notifications follow until each has ended.
package struct CorrectResult: Codable, Sendable, Equatable {
    package var corrections: [CorrectionRecord]

    package init(corrections: [CorrectionRecord]) {
        self.corrections = corrections
    }
}

package struct CorrectionsParameters: Codable, Sendable, Hashable {
    /// Only these; empty means all that are open and the recent ones that ended.
    package var ids: [String]
    /// Whether `progress` notifications of the open ones are wanted afterwards.
    package var follow: Bool

    package init(ids: [String] = [], follow: Bool = false) {
        self.ids = ids
        self.follow = follow
    }
}

package struct CorrectionsResult: Codable, Sendable, Equatable {
    package var corrections: [CorrectionRecord]

    package init(corrections: [CorrectionRecord]) {
        self.corrections = corrections
    }
}

/// The controller's verdict on a correction that waits for it (`guest.set`), or the order to start drained guests
/// again (`guests.drain`, `commit`).
package struct FinishParameters: Codable, Sendable, Hashable {
    package var controller: String
    package var epoch: Int
    package var id: String
    package var verdict: CorrectionVerdict

    package init(controller: String, epoch: Int, id: String, verdict: CorrectionVerdict) {
        self.controller = controller
        self.epoch = epoch
        self.id = id
        self.verdict = verdict
    }
}

/// Prolongs a drain's hold, or a correction's wait for its verdict, to so many seconds from now.
package struct RenewParameters: Codable, Sendable, Hashable {
    package var controller: String
    package var epoch: Int
    package var id: String
    package var holdSeconds: Int

    package init(controller: String, epoch: Int, id: String, holdSeconds: Int) {
        self.controller = controller
        self.epoch = epoch
        self.id = id
        self.holdSeconds = holdSeconds
    }
}

/// The answer to `finish` and `renew`: the correction as it stands after it was told.
package struct CorrectionResult: Codable, Sendable, Equatable {
    package var correction: CorrectionRecord

    package init(correction: CorrectionRecord) {
        self.correction = correction
    }
}
