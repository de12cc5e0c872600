import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension MemoryWork {
    func touch(_ path: NodePath) {
        state.treeChanges[path.root.name] = (state.treeChanges.values.max() ?? 0) + 1
    }

    func changedTrees(since count: Int) -> TreeChanges {
        let changed = state.treeChanges.filter { $0.value > count }
        return TreeChanges(trees: Set(changed.keys), count: changed.values.max() ?? count)
    }

    func hosts(ofTree root: String) -> [HostView] { state.hosts.filter { $0.host.path.root.name == root } }
    func eachTree(_ body: ([HostView]) throws(StoreFailure) -> Void) throws(StoreFailure) {
        for (_, hosts) in Dictionary(grouping: state.hosts, by: \.host.path.root).sorted(by: { $0.key < $1.key }) {
            try body(hosts)
        }
    }
    func standingFindings(ofTree root: String) -> [Finding] {
        findings { $0.path.root.name == root && ($0.state.isOpen || $0.state == .exempted) }
    }
    func unusedExposure(ofTree root: String?) -> [NodePath: Date] {
        state.unused.filter { root == nil || $0.key.root.name == root && $0.key.level > 0 }.mapValues(\.since)
    }
    func policyRevision() -> Int { state.policies.last?.revision ?? 0 }

    func markJudged(trees: Set<String>, at now: Date) {
        for root in trees {
            state.judgedTrees[root] = now
            state.treeChanges[root] = state.treeChanges[root] ?? 0
        }
        put(now, as: .judgedAt)
    }

    /// What was seen when its tree was judged last is seen by each judgement since. SQLite keeps whole seconds.
    func seen(_ finding: Finding) -> Finding {
        guard finding.state == .open || finding.state == .exempted,
            let judged = state.judgedTrees[finding.path.root.name], let last = value(.judgedAt, as: Date.self),
            judged.formatted(.iso8601) == finding.lastSeen.formatted(.iso8601)
        else { return finding }
        var finding = finding
        finding.lastSeen = max(finding.lastSeen, last)
        return finding
    }
}

extension MemoryWork {
    func enrolledHosts(inTreeOf root: NodePath?) -> [FleetHost] {
        state.hosts.map(\.host).filter { root == nil || $0.path.root == root }
    }
    func nestingRoots(after root: NodePath?, limit: Int) -> [NodePath] {
        let roots = Set(state.hosts.map(\.host.path.root)).sorted()
        return Array(roots.filter { path in root.map { path > $0 } ?? true }.prefix(limit))
    }
    func nestingRootCount(after root: NodePath?) -> Int { nestingRoots(after: root, limit: .max).count }
    func receivedReports() -> [NodePath: Date] {
        state.hosts.reduce(into: [:]) { $0[$1.host.path] = $1.health.reportedAt }
    }
    func hostRows() -> [HostRow] { state.hosts.map { HostRow($0) } }
    func hostRows(at paths: [NodePath]) -> [HostRow] { hostRows().filter { paths.contains($0.path) } }
    func hostCounts() -> [HostState: Int] {
        Dictionary(grouping: state.hosts, by: \.health.state).mapValues(\.count)
    }

    func openFindingCounts() -> [Severity: Int] {
        Dictionary(grouping: openFindings(), by: \.severity).mapValues(\.count)
    }
    func hostHead(_ path: NodePath) -> HostHead? { host(path).map { HostHead($0) } }
    func hostPage(after path: NodePath?, limit: Int) -> HostPage { HostPage(hosts: hostRows()) }
    func silentHosts(limit: Int) -> [HostRowState] {
        state.hosts.filter { $0.health.state != .ok }.prefix(limit).map {
            HostRowState(path: $0.host.path, health: $0.health)
        }
    }
    func guestCount() -> Int { state.hosts.reduce(0) { $0 + ($1.report?.guests.value?.count ?? 0) } }
    /// Nobody looks at a simulation's documents: what was read of them is enough.
    func hostDocuments(ofTree root: String) -> [HostDocument] {
        hosts(ofTree: root).map { HostDocument(view: $0, host: "", health: nil, report: nil, guests: []) }
    }
    func findingDocuments(_ query: FindingQuery, after place: FindingPlace?) -> PageOf<String> {
        PageOf(findings: [], total: 0, drifting: 0, next: nil)
    }
    /// All on one page, whatever the places: pages are for people who look, and a simulation has none.
    func findings(_ query: FindingQuery, after place: FindingPlace?) -> FindingPage {
        let found = query.exempted ? exemptedFindings() : openFindings()
        return FindingPage(
            findings: Array(found.prefix(query.limit)), total: found.count,
            drifting: found.count(where: \.countsAsDrift), next: nil)
    }
}

/// A simulation has scheduled reports alone.
extension MemoryWork {
    func driftSinceMark(limit: Int) -> DriftSinceMark {
        DriftSinceMark(
            new: openFindings(), persisting: [], resolved: [],
            counts: DriftCounts(new: 0, regressed: 0, persisting: 0, resolved: 0, drifting: 0, notHeard: 0))
    }
    func markDrift() {}
}
