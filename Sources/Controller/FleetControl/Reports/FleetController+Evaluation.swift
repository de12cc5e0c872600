package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

extension FleetController {
    /// Joins the stored reports, compares with the policies and stores what came of it.
    /// - Parameter before: the policies until now, where they just changed: it counts where nothing is on record of
    ///   what the fleet was judged by.
    @discardableResult
    func evaluate(before: PolicySet? = nil) async throws(APIError) -> Assessment {
        let (now, rules) = (environment.now(), environment.settings.drift)
        return try await record { (work) throws(StoreFailure) in
            let (hosts, set, previous) = (try work.hosts(), try work.policies(), try work.standingFindings())
            var assessment = Assessment(
                hosts: hosts, book: set.book, previous: previous,
                earlier: try work.earlierJudgements(before: before ?? set, than: set, hosts: hosts, now: now),
                unusedExposure: try work.unusedExposure(before: now.addingTimeInterval(-rules.unusedAfter)), now: now)
            try assessment.follow(previous: previous, rule: rules.contest, in: work, at: now)
            try work.put(findings: assessment.findings)
            try work.markJudged(before: before ?? set, by: set, hosts: hosts, now: now)
            return assessment
        }
    }

    /// Open and stale findings, all of them, the worst first.
    /// - Parameters:
    ///   - path: only of this node and all below it.
    ///   - resolved: also the newest of those that ended.
    ///   - exempted: those that an exemption holds, instead of the open ones.
    package func findings(
        path: NodePath?, resolved: Bool, exempted: Bool = false
    ) async throws(APIError) -> [Finding] {
        let all = try await read { (work) throws(StoreFailure) in
            try (exempted ? work.exemptedFindings() : work.openFindings())
                + (resolved ? work.resolvedFindings(limit: 1_000) : [])
        }
        return all.filter { path == nil || $0.path == path || path?.contains($0.path) == true }
            .sorted { ($1.severity, $0.path, $0.id) < ($0.severity, $1.path, $1.id) }
    }
}
