package import ControllerAPI
package import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// Makes one run of a report from what is stored, compared with the run before. Pure.
package struct ReportBuilder {
    private let material: ReportMaterial
    private let occasion: ReportOccasion
    private let nodes: [TreeNode]
    private let selected: Set<NodePath>

    package init(_ material: ReportMaterial, _ occasion: ReportOccasion) {
        self.material = material
        self.occasion = occasion
        nodes = material.tree.nodes
        selected = material.tree.paths(selectedBy: material.definition.selector)
    }

    /// How many points a trend has, this run's included.
    package static let trendLength = 12
    /// How long it is known that a finding ended once.
    private static let memoryLength: TimeInterval = 400 * 86_400

    package func build() -> (run: ReportRun, memory: ReportMemory) {
        let findings = compared()
        let open = findings.filter(\.standing.isOpen).map(\.finding)
        let exempted = findings.filter { $0.standing == .exempted }.map(\.finding)
        let notHeard = notHeard()
        let subjects = PolicyEngine(material.policies).subjects(in: material.tree, now: occasion.at).filter {
            selected.contains($0.path)
        }
        let compliance = ComplianceCount(subjects, findings: open).table
        var counts = ReportCounts(notHeard: notHeard.count)
        for reported in findings { counts.count(reported.standing) }
        let summary = ReportRunSummary(
            id: occasion.id, report: material.definition.name, number: material.memory.lastNumber + 1,
            at: occasion.at, dueAt: occasion.dueAt, late: occasion.late, requestedBy: occasion.requestedBy,
            previousID: material.previous?.summary.id, previousAt: material.previous?.summary.at, counts: counts,
            compliance: compliance.all)
        let trend = material.earlier.prefix(Self.trendLength - 1).reversed() + [summary]
        let nodes = nodes.lazy.filter { selected.contains($0.path) }
        var run = ReportRun(
            summary: summary, policyRevision: material.policyRevision,
            hosts: nodes.count { $0.sharedHost != nil }, guests: nodes.count { $0.sharedGuest != nil },
            notHeard: notHeard, freeze: material.freeze,
            compliance: compliance,
            complianceBeforeExemptions: exempted.isEmpty
                ? nil : ComplianceCount(subjects, findings: open + exempted).table,
            trend: trend.map(ReportTrendPoint.init),
            tree: ReportTreeBuilder(selected: selected, findings: open).tree(material.tree), findings: findings)
        run.auditHead = material.auditHead
        return (run, memory(after: findings, number: summary.number))
    }

    // MARK: Findings

    private func compared() -> [ReportedFinding] {
        // What an exemption held was there, too: it is no news that it is, and is news that it ended.
        let earlier = material.previous?.findings.filter { $0.standing.isOpen || $0.standing == .exempted } ?? []
        let known = Dictionary(earlier.filter(\.standing.isOpen).map { ($0.finding.id, $0.finding) }) { first, _ in
            first
        }
        let listed = Set(earlier.map(\.finding.id))
        let places = Set(nodes.lazy.map(\.path))
        let standing = material.open + material.exempted
        let standingAnywhere = Set(standing.map(\.id))
        var result = standing.compactMap { finding -> ReportedFinding? in
            // One whose guest is no longer listed (its host could not be asked) must not fall out of sight.
            let isOurs =
                selected.contains(finding.path)
                || !places.contains(finding.path)
                    && (material.definition.selector.all || listed.contains(finding.id))
            return isOurs ? ReportedFinding(standing: self.standing(of: finding, known: known), finding: finding) : nil
        }
        // What an exemption holds from now on did not end.
        for reported in earlier where !standingAnywhere.contains(reported.finding.id) {
            var ended = reported.finding
            ended.state = .resolved
            ended.lastSeen = occasion.at
            result.append(ReportedFinding(standing: .resolved, finding: ended))
        }
        let order = FindingStanding.allCases
        return result.sorted { left, right in
            if left.standing != right.standing {
                return (order.firstIndex(of: left.standing) ?? 0) < (order.firstIndex(of: right.standing) ?? 0)
            }
            let (a, b) = (left.finding, right.finding)
            return (b.severity, a.path, a.id) < (a.severity, b.path, b.id)
        }
    }

    private func standing(of finding: Finding, known: [String: Finding]) -> FindingStanding {
        if finding.state == .exempted { return .exempted }
        if known[finding.id] != nil {
            // Opened anew since the run before: it ended and came back between the two.
            if let previous = material.previous?.summary.at, finding.firstSeen > previous { return .regressed }
            return .persisting
        }
        return material.memory.ended[finding.id] != nil ? .regressed : .new
    }

    private func memory(after findings: [ReportedFinding], number: Int) -> ReportMemory {
        var memory = material.memory
        // A run that somebody asks for stands beside the due ones, and in place of none.
        if occasion.dueAt != nil { memory.seenTo = occasion.at }
        memory.lastNumber = number
        memory.ended = memory.ended.filter { occasion.at.timeIntervalSince($0.value) < Self.memoryLength }
        for reported in findings where reported.standing == .resolved {
            memory.ended[reported.finding.id] = occasion.at
        }
        return memory
    }

    // MARK: Hosts

    /// A host counts where it is selected itself or holds something that is.
    private func notHeard() -> [HostRowState] {
        let parents = Set(selected.compactMap(\.parent))
        return nodes.compactMap(\.sharedHost).filter { view in
            let path = view.value.host.path
            return view.value.health.state != .ok && (selected.contains(path) || parents.contains(path))
        }.map { HostRowState(path: $0.value.host.path, health: $0.value.health) }
    }
}

extension ReportCounts {
    fileprivate mutating func count(_ standing: FindingStanding) {
        switch standing {
        case .new: new += 1
        case .persisting: persisting += 1
        case .regressed: regressed += 1
        case .resolved: resolved += 1
        case .exempted, .unknown: break
        }
    }
}
