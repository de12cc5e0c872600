package import FoundationEssentials
package import NestingModel

/// One line of what goes on.
package struct ProgressEvent: Codable, Sendable, Hashable {
    /// Rises.
    package var id: Int
    package var time: Date
    package var operation: String?
    package var remediation: String?
    package var path: NodePath?
    package var sentence: String
    /// True for the last event of its operation or remediation.
    package var last: Bool

    package init(
        id: Int, time: Date, operation: String? = nil, remediation: String? = nil, path: NodePath? = nil,
        sentence: String, last: Bool = false
    ) {
        self.id = id
        self.time = time
        self.operation = operation
        self.remediation = remediation
        self.path = path
        self.sentence = sentence
        self.last = last
    }
}

/// What changed since the last report, and what is open: `nestor.drift-report/1`.
package struct DriftReport: Codable, Sendable, Hashable, FreezeReminder {
    package var schema: String
    package var at: Date
    /// Of the report before this one.
    package var previousAt: Date?
    package var policyRevision: Int
    package var hosts: Int
    package var guests: Int
    /// Hosts that could not be read, with the state that says why.
    package var notHeard: [HostRowState]
    /// Of each of these three lists, `mostListed`, the worst first.
    package var new: [Finding]
    package var persisting: [Finding]
    package var resolved: [Finding]
    /// How many there are of all, listed or not.
    package var counts: DriftCounts
    package var freeze: Freeze?
    package var freezes: [Freeze]?
    /// Of the audit log when the report was made, to be kept outside the store.
    package var auditHead: AuditHead?

    package init(
        at: Date, previousAt: Date?, policyRevision: Int, hosts: Int, guests: Int, notHeard: [HostRowState],
        new: [Finding], persisting: [Finding], resolved: [Finding], counts: DriftCounts, freezes: [Freeze]
    ) {
        self.schema = "nestor.drift-report/1"
        self.counts = counts
        self.at = at
        self.previousAt = previousAt
        self.policyRevision = policyRevision
        self.hosts = hosts
        self.guests = guests
        self.notHeard = notHeard
        self.new = new
        self.persisting = persisting
        self.resolved = resolved
        self.freeze = freezes.first
        self.freezes = freezes.isEmpty ? nil : freezes
    }
}

extension DriftReport {
    /// Findings of one list, and hosts not heard from; `nestor drift` and `nestor host list` have all.
    package static let mostListed = 1_000
}

package struct DriftCounts: Codable, Sendable, Hashable {
    package var new: Int
    /// Of those, the ones that had ended and are back; nil from a controller that does not count them.
    package var regressed: Int?
    package var persisting: Int
    package var resolved: Int
    /// Open ones that a script should hear of (`Finding.countsAsDrift`).
    package var drifting: Int
    /// Hosts.
    package var notHeard: Int

    package init(new: Int, regressed: Int?, persisting: Int, resolved: Int, drifting: Int, notHeard: Int) {
        self.new = new
        self.regressed = regressed
        self.persisting = persisting
        self.resolved = resolved
        self.drifting = drifting
        self.notHeard = notHeard
    }
}

package struct HostRowState: Codable, Sendable, Hashable {
    package var path: NodePath
    package var health: HostHealth

    package init(path: NodePath, health: HostHealth) {
        self.path = path
        self.health = health
    }
}
