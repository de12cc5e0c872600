import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

/// All that a store holds, as values: a copy is a snapshot, and putting it back is a rollback.
struct MemoryState {
    var hosts: [HostView] = []
    var findings: [String: Finding] = [:]
    var policies: [PolicySet] = []
    var remediations: [Remediation] = []
    var values: [StoredValueKey: Any] = [:]
    var audit: [ChainedRecord] = []
    var history: [HistoryEntry] = []
    var unused: [NodePath: (uuid: String, since: Date)] = [:]
    var reports = ReportSet()
    var runs: [ReportRun] = []
    var memories: [String: ReportMemory] = [:]
    var deliveries: [ReportDelivery] = []
    var lastDelivery = 0
    var health: [RecipientKey: RecipientHealth] = [:]
    var changes: [ChangeRequest] = []
    /// By the trees' roots: when each changed last, as a count, and when it was judged.
    var treeChanges: [String: Int] = [:]
    var judgedTrees: [String: Date] = [:]

    var unfinished: [Remediation] { remediations.filter { $0.state == .running || $0.state == .interrupted } }
    var freezes: [Freeze] { values[.freezes] as? [Freeze] ?? [] }
    var windows: [MaintenanceWindow] { (values[.windows] as? WindowSet)?.windows ?? [] }
}
