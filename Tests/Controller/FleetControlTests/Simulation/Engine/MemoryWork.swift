import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

@testable import SQLiteStore

/// One transaction over a `MemoryState`, with the same answers in the same order as SQLite's.
final class MemoryWork: FleetWriting {
    var state: MemoryState
    private let now: Date

    init(_ state: MemoryState, now: Date) {
        (self.state, self.now) = (state, now)
    }

    // MARK: Hosts, findings, policies, remediations, values

    func hosts() -> [HostView] { state.hosts }
    func host(_ path: NodePath) -> HostView? { state.hosts.first { $0.host.path == path } }

    func openFindings() -> [Finding] { findings { $0.state == .open || $0.state == .stale } }
    func exemptedFindings() -> [Finding] { findings { $0.state == .exempted } }
    func resolvedFindings(limit: Int) -> [Finding] {
        Array(findings { $0.state == .resolved }.sorted { $0.lastSeen > $1.lastSeen }.prefix(limit))
    }
    func findings(_ isMeant: (Finding) -> Bool) -> [Finding] {
        state.findings.values.filter(isMeant).map(seen).sorted { $0.id < $1.id }
    }

    func policies() -> PolicySet { state.policies.last ?? PolicySet() }
    func policies(revision: Int) -> PolicySet? { state.policies.first { $0.revision == revision } }
    func policyRevisions(limit: Int) -> [PolicySet] { Array(state.policies.reversed().prefix(limit)) }
    func remediations(limit: Int) -> [Remediation] { Array(state.remediations.reversed().prefix(limit)) }
    func remediation(_ id: String) -> Remediation? { state.remediations.first { $0.id == id } }
    func unfinishedRemediations() -> [Remediation] { state.unfinished }
    func value<Value: Decodable>(_ key: StoredValueKey, as type: Value.Type) -> Value? { state.values[key] as? Value }

    func put(host: FleetHost) {
        if self.host(host.path)?.host != host { touch(host.path) }
        if let index = state.hosts.firstIndex(where: { $0.host.path == host.path }) {
            state.hosts[index].host = host
        } else {
            state.hosts.append(HostView(host: host, health: HostHealth(state: .never), report: nil))
            state.hosts.sort { $0.host.path < $1.host.path }
        }
    }

    func remove(host: NodePath) {
        state.hosts.removeAll { $0.host.path == host }
        touch(host)
    }
    func put(health: HostHealth, of path: NodePath) {
        if host(path)?.health.isSame(as: health) != true { touch(path) }
        change(path) { $0.health = health }
    }
    func put(report: HostReport, of path: NodePath) {
        touch(path)
        change(path) { $0.report = report }
    }
    private func change(_ path: NodePath, _ body: (inout HostView) -> Void) {
        for index in state.hosts.indices where state.hosts[index].host.path == path { body(&state.hosts[index]) }
    }

    func put(findings: [Finding]) { for finding in findings { state.findings[finding.id] = finding } }
    func put(policies: PolicySet) { state.policies.append(policies) }

    func put(remediation: Remediation) {
        if let index = state.remediations.firstIndex(where: { $0.id == remediation.id }) {
            state.remediations[index] = remediation
        } else {
            state.remediations.append(remediation)
        }
    }

    func put<Value: Encodable>(_ value: Value?, as key: StoredValueKey) {
        state.values[key] = value
    }

    // MARK: Audit

    func audit(_ entry: AuditEntry) {
        let (before, time) = (state.audit.last?.hash ?? "", now.formatted(.iso8601))
        state.audit.append(
            ChainedRecord(
                number: state.audit.count + 1, time: time, entry: entry,
                hash: AuditChain.hash(after: before, time: time, entry)))
    }

    func audit(_ query: AuditQuery) -> [AuditRecord] {
        state.audit.reversed().lazy.filter { record in
            (query.action.map { record.entry.action == $0 } ?? true)
                && (query.subject.map { record.entry.subject == $0 } ?? true)
        }.prefix(query.limit).map {
            AuditRecord(
                number: $0.number, time: self.now, actor: $0.entry.actor, action: $0.entry.action,
                subject: $0.entry.subject, detail: $0.entry.detail, hash: $0.hash, origin: $0.entry.origin,
                place: $0.entry.place)
        }
    }

    func auditHead() -> AuditHead { AuditHead(number: state.audit.count, hash: state.audit.last?.hash ?? "") }
    func auditChain(after number: Int, limit: Int) -> [ChainedRecord] {
        Array(state.audit.dropFirst(number).prefix(limit))
    }

    // MARK: History

    func findings(ids: [String]) -> [Finding] { ids.sorted().compactMap { state.findings[$0] } }
    func history(of path: NodePath, since: Date?, limit: Int) -> [HistoryEntry] {
        Array(
            state.history.reversed().lazy.filter { $0.path == path && $0.at >= since ?? .distantPast }.prefix(limit))
    }
    func corrections(since: Date) -> [HistoryEntry] {
        state.history.filter { ($0.kind == .corrected || $0.kind == .settled) && $0.at >= since }
    }
    func add(history: [HistoryEntry]) {
        state.history += history
        let words: Set<HistoryKind> = [.corrected, .settled, .acknowledged, .unacknowledged]
        for entry in history where words.contains(entry.kind) { touch(entry.path) }
    }
    func put(unusedExposureOf path: NodePath, uuid: String, at now: Date, anew: Bool) {
        guard anew || state.unused[path]?.uuid != uuid else { return }
        state.unused[path] = (uuid, now)
    }
    func remove(unusedExposureOf path: NodePath) { state.unused[path] = nil }
    /// A simulation is over long before anything is old.
    func prune(history limits: HistoryLimits, at now: Date) -> Int { 0 }

    // MARK: Change requests

    func changeRequests(limit: Int) -> [ChangeRequest] { Array(state.changes.reversed().prefix(limit)) }
    func changeRequest(_ id: String) -> ChangeRequest? { state.changes.first { $0.id == id } }
    func put(changeRequest: ChangeRequest) {
        if let index = state.changes.firstIndex(where: { $0.id == changeRequest.id }) {
            state.changes[index] = changeRequest
        } else {
            state.changes.append(changeRequest)
        }
    }
}
