package import FoundationEssentials

/// How the last attempt to read a host went.
package struct HostHealth: Codable, Sendable, Hashable {
    package var state: HostState
    /// The hop that failed, where the way to the host did; else the host itself.
    package var hop: NodePath?
    /// For people; empty when all is well.
    package var sentence: String
    package var remedy: String
    /// Of the last attempt.
    package var checkedAt: Date?
    /// Of the last report that was received.
    package var reportedAt: Date?

    package init(
        state: HostState, hop: NodePath? = nil, sentence: String = "", remedy: String = "", checkedAt: Date? = nil,
        reportedAt: Date? = nil
    ) {
        self.state = state
        self.hop = hop
        self.sentence = sentence
        self.remedy = remedy
        self.checkedAt = checkedAt
        self.reportedAt = reportedAt
    }
}

/// The distinct states of a host. All but `ok` and `never` keep the last report, and its findings become stale.
package enum HostState: String, OpenEnumeration, CaseIterable {
    case ok
    /// Enrolled, and not yet read.
    case never
    case addressUnknown = "address-unknown"
    case unreachable
    case connectionRefused = "connection-refused"
    case hostKeyUnknown = "host-key-unknown"
    case hostKeyMismatch = "host-key-mismatch"
    case authenticationRefused = "authentication-refused"
    case forwardingRefused = "forwarding-refused"
    case sshProtocol = "ssh-protocol"
    case connectionClosed = "connection-closed"
    /// It accepted and then said nothing until the deadline.
    case silent
    case agentMissing = "agent-missing"
    case agentProtocol = "agent-protocol"
    /// What came was not the protocol.
    case agentGarbage = "agent-garbage"
    /// More came than a report may have.
    case agentFlood = "agent-flood"
    case agentFailed = "agent-failed"
    /// Its SMBIOS UUID is not the one that its path demands.
    case identityMismatch = "identity-mismatch"
    /// The host before it on the way could not be reached.
    case parentUnreachable = "parent-unreachable"
    case unknown
}

/// What the controller holds of one host: the enrolment, the last attempt and the last good report.
package struct HostView: Codable, Sendable, Equatable {
    package var host: FleetHost
    package var health: HostHealth
    package var report: HostReport?

    package init(host: FleetHost, health: HostHealth, report: HostReport?) {
        self.host = host
        self.health = health
        self.report = report
    }
}
