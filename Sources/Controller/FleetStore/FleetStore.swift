package import NestingModel

/// Where the controller keeps all that it must not forget: the port behind which SQLite stands.
package protocol FleetStore: Sendable {
    /// Reads from one snapshot.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value

    /// Records what was observed (reports, health, findings, progress), in one transaction.
    func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value

    /// Changes what somebody decides, with its audit record in the same transaction: where that can't be written,
    /// nothing is changed.
    func change<Value: Sendable>(
        _ entry: AuditEntry, _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value

    /// Bytes on the disk.
    func size() async -> Int64

    func close() async
}

/// Who does what, for the audit log.
package struct AuditEntry: Sendable, Hashable {
    package var actor: String
    package var action: String
    package var subject: String
    package var detail: String
    /// From where it was asked for, as far as that can be told: `pid 4711 (nestor), login alice`; empty where it can't,
    /// and for what the controller does by itself.
    package var origin: String
    /// The node that it is about, where `subject` is something else, such as a correction; else empty.
    package var place: String

    package init(
        actor: String, action: String, subject: String, detail: String = "", origin: String = "", place: String = ""
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
        self.origin = origin
        self.place = place
    }
}

package protocol FleetReading: AuditReading, HistoryReading, ReportReading, ChangeRequestReading, FindingReading,
    HostReading, TreeReading, DocumentReading
{
    /// All hosts, by path.
    func hosts() throws(StoreFailure) -> [HostView]
    func host(_ path: NodePath) throws(StoreFailure) -> HostView?
    /// Open and stale ones.
    func openFindings() throws(StoreFailure) -> [Finding]
    /// Those that an exemption holds.
    func exemptedFindings() throws(StoreFailure) -> [Finding]
    /// Newest first.
    func resolvedFindings(limit: Int) throws(StoreFailure) -> [Finding]
    /// The newest revision.
    func policies() throws(StoreFailure) -> PolicySet
    /// One revision; nil where there is none of that number.
    func policies(revision: Int) throws(StoreFailure) -> PolicySet?
    /// Newest first.
    func policyRevisions(limit: Int) throws(StoreFailure) -> [PolicySet]
    /// Newest first.
    func remediations(limit: Int) throws(StoreFailure) -> [Remediation]
    func remediation(_ id: String) throws(StoreFailure) -> Remediation?
    /// Those whose state is `running` or `interrupted`, oldest first.
    func unfinishedRemediations() throws(StoreFailure) -> [Remediation]
    /// A single value under a name; nil where there is none.
    func value<Value: Decodable>(_ key: StoredValueKey, as type: Value.Type) throws(StoreFailure) -> Value?
}

package protocol FleetWriting: FleetReading, HistoryWriting, ReportWriting, ChangeRequestWriting, TreeWriting,
    DriftMarking
{
    func put(host: FleetHost) throws(StoreFailure)
    /// With its health and report.
    func remove(host: NodePath) throws(StoreFailure)
    func put(health: HostHealth, of path: NodePath) throws(StoreFailure)
    func put(report: HostReport, of path: NodePath) throws(StoreFailure)
    /// Replaces each finding by its id; resolved ones are kept apart.
    func put(findings: [Finding]) throws(StoreFailure)
    func put(policies: PolicySet) throws(StoreFailure)
    func put(remediation: Remediation) throws(StoreFailure)
    /// nil removes it.
    func put<Value: Encodable>(_ value: Value?, as key: StoredValueKey) throws(StoreFailure)
    /// An audit record of its own, in this transaction.
    func audit(_ entry: AuditEntry) throws(StoreFailure)
}

/// The single values that are stored.
package enum StoredValueKey: String, Sendable {
    case controllerID = "controller-id"
    case epoch
    /// The highest epoch above this controller's own that a host told; nil where none did.
    case laterEpoch = "later-epoch"
    case freezes
    case fleetRevision = "fleet-revision"
    case enforcementStopped = "enforcement-stopped"
    case troubledGuests = "troubled-guests"
    case lastDriftReport = "last-drift-report"
    /// As they were at the last start.
    case settings
    case windows
    /// What the last evaluation went by.
    case judgement
    case anchorOutbox = "anchor-outbox"
    /// When the last evaluation was.
    case judgedAt = "judged-at"
}

/// Why the store could not do what was asked.
package struct StoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unavailable
        /// Another process has it open for writing.
        case locked
        /// Made by a newer version.
        case newer
        case corrupt
        case full
        /// A condition of the transaction does not hold, such as an expected revision.
        case conflict
    }

    package var code: Code
    package var sentence: String
    package var remedy: String

    package init(_ code: Code, _ sentence: String, remedy: String = "") {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
