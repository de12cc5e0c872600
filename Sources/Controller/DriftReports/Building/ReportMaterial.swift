package import ControllerAPI
package import FleetStore
package import FoundationEssentials
package import NestingModel

/// All that a run is made from: the stored fleet, and what earlier runs of the same report left.
package struct ReportMaterial: Sendable {
    package var definition: ReportDefinition
    /// The joined fleet; whether its hosts' reports list the guests that are their nodes is all the same.
    package var tree: NestingTree
    package var policies: [Policy]
    package var policyRevision: Int
    /// All open and stale ones of the fleet.
    package var open: [Finding]
    /// Those that an exemption holds.
    package var exempted: [Finding]
    package var freezes: [Freeze]
    /// The run before, whole; nil for the first one.
    package var previous: ReportRun?
    /// Of runs before this one, the newest first.
    package var earlier: [ReportRunSummary]
    package var memory: ReportMemory
    /// Of the audit log.
    package var auditHead: AuditHead?

    package init(
        definition: ReportDefinition, tree: NestingTree, policies: [Policy], policyRevision: Int, open: [Finding],
        exempted: [Finding] = [], freezes: [Freeze], previous: ReportRun?, earlier: [ReportRunSummary],
        memory: ReportMemory, auditHead: AuditHead? = nil
    ) {
        self.definition = definition
        self.tree = tree
        self.policies = policies
        self.policyRevision = policyRevision
        self.open = open
        self.exempted = exempted
        self.freezes = freezes
        self.previous = previous
        self.earlier = earlier
        self.memory = memory
        self.auditHead = auditHead
    }
}

/// Why a run takes place.
package struct ReportOccasion: Sendable, Hashable {
    package var id: String
    package var at: Date
    /// Nil where somebody asked for it.
    package var dueAt: Date?
    package var late: Bool
    package var requestedBy: String

    package init(id: String, at: Date, dueAt: Date? = nil, late: Bool = false, requestedBy: String) {
        self.id = id
        self.at = at
        self.dueAt = dueAt
        self.late = late
        self.requestedBy = requestedBy
    }
}
