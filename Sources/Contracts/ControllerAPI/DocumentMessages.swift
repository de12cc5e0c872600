package import FoundationEssentials
package import NestingModel

/// Files as somebody wrote them; the controller reads and checks them.
package struct ApplyRequest: Codable, Sendable, Hashable {
    package var files: [DocumentFile]
    /// Refused where the stored revision is another one.
    package var expectedRevision: Int?
    /// Removes what is stored and not in the files.
    package var prune: Bool

    package init(files: [DocumentFile], expectedRevision: Int? = nil, prune: Bool = false) {
        self.files = files
        self.expectedRevision = expectedRevision
        self.prune = prune
    }
}

package struct DocumentFile: Codable, Sendable, Hashable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

package struct FleetAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    /// The fleet file, as YAML.
    package var text: String

    package init(revision: Int, text: String) {
        self.revision = revision
        self.text = text
    }
}

/// What came of applying policies, windows or scheduled reports: names of what is new, differs and is gone.
package struct ApplyAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    package var added: [String]
    package var changed: [String]
    package var removed: [String]
    /// What looks like a mistake and is none for sure, such as a selector that matches nothing.
    package var warnings: [String]

    package init(revision: Int, added: [String], changed: [String], removed: [String], warnings: [String]) {
        self.revision = revision
        self.added = added
        self.changed = changed
        self.removed = removed
        self.warnings = warnings
    }
}

package struct FleetApplyAnswer: Codable, Sendable, Hashable {
    package var revision: Int
    package var changed: [NodePath]
    /// In the file and not enrolled: `nestor host enrol` with an operator's key does that.
    package var notEnrolled: [NodePath]
    package var removed: [NodePath]
    /// What stays on hosts as it was and may have to be changed there.
    package var warnings: [String]

    package init(
        revision: Int, changed: [NodePath], notEnrolled: [NodePath], removed: [NodePath], warnings: [String] = []
    ) {
        self.revision = revision
        self.changed = changed
        self.notEnrolled = notEnrolled
        self.removed = removed
        self.warnings = warnings
    }
}

/// What the controller is, and how the fleet stands, in one answer.
package struct StatusAnswer: Codable, Sendable, Hashable, FreezeReminder {
    package var version: String
    package var controller: String
    package var epoch: Int
    package var startedAt: Date
    package var stateDirectory: String
    package var storeBytes: Int64
    package var policyRevision: Int
    package var fleetRevision: Int
    /// Hosts by state.
    package var hosts: [String: Int]
    /// Open findings by severity.
    package var findings: [String: Int]
    package var running: [String]
    package var freeze: Freeze?
    package var freezes: [Freeze]?
    /// Why `enforce` corrects nothing by itself now, and until when; nil while it does.
    package var enforcementStopped: String?
    /// Guests whose last correction did not end well; nil where there is none.
    package var troubled: [TroubledGuest]?
    /// Of the audit log, to be kept outside the store.
    package var auditHead: AuditHead?
    /// Nil where no webhook is to have that head.
    package var auditAnchor: AuditAnchorStatus?
    /// Nil from a controller that knows no scheduled reports.
    package var reports: ReportsStatus?

    package init(
        version: String, controller: String, epoch: Int, startedAt: Date, stateDirectory: String,
        storeBytes: Int64, policyRevision: Int, fleetRevision: Int, hosts: [String: Int], findings: [String: Int],
        running: [String], freezes: [Freeze], enforcementStopped: String?
    ) {
        self.version = version
        self.controller = controller
        self.epoch = epoch
        self.startedAt = startedAt
        self.stateDirectory = stateDirectory
        self.storeBytes = storeBytes
        self.policyRevision = policyRevision
        self.fleetRevision = fleetRevision
        self.hosts = hosts
        self.findings = findings
        self.running = running
        self.freeze = freezes.first
        self.freezes = freezes.isEmpty ? nil : freezes
        self.enforcementStopped = enforcementStopped
    }
}

/// One line of the audit log.
package struct AuditRecord: Codable, Sendable, Hashable {
    package var number: Int
    package var time: Date
    /// Who: `alice (uid 1000)`, `nestord`.
    package var actor: String
    /// What: `policy.apply`, `host.enrol`, `correction.send`, …
    package var action: String
    package var subject: String
    /// JSON or text; never a secret.
    package var detail: String
    /// SHA-256 over this record and the hash before it.
    package var hash: String
    /// From where: `pid 4711 (nestor), login alice, session 12`; nil where that is not known.
    package var origin: String?
    /// The node that it is about, where that is not the subject.
    package var place: String?

    package init(
        number: Int, time: Date, actor: String, action: String, subject: String, detail: String, hash: String,
        origin: String = "", place: String = ""
    ) {
        self.origin = origin.isEmpty ? nil : origin
        self.place = place.isEmpty ? nil : place
        self.number = number
        self.time = time
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
        self.hash = hash
    }
}
