package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

extension FleetController {
    /// Joins the stored reports, compares with the policies and stores what came of it.
    /// - Parameter changed: names of policies that just changed: drift from those is intended.
    @discardableResult
    func evaluate(changed: Set<String> = []) async throws(APIError) -> Assessment {
        let (now, rules) = (environment.now(), environment.settings.drift)
        return try await record { (work) throws(StoreFailure) in
            let previous = try work.openFindings()
            var assessment = Assessment(
                hosts: try work.hosts(), policies: try work.policies().policies, previous: previous,
                changedPolicies: changed,
                unusedExposure: try work.unusedExposure(before: now.addingTimeInterval(-rules.unusedAfter)), now: now)
            try assessment.follow(previous: previous, rule: rules.contest, in: work, at: now)
            try work.put(findings: assessment.findings)
            return assessment
        }
    }

    package func tree() async throws(APIError) -> NestingTree {
        Assessment.tree(of: try await views())
    }

    /// Open and stale findings, the worst first.
    /// - Parameters:
    ///   - path: only of this node and all below it.
    ///   - resolved: also the newest of those that ended.
    package func findings(path: NodePath?, resolved: Bool) async throws(APIError) -> [Finding] {
        let all = try await read { (work) throws(StoreFailure) in
            try work.openFindings() + (resolved ? try work.resolvedFindings(limit: 1_000) : [])
        }
        return all.filter { path == nil || $0.path == path || path?.contains($0.path) == true }
            .sorted { ($1.severity, $0.path, $0.id) < ($0.severity, $1.path, $1.id) }
    }
}
