package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel
import StructuredLog

extension FleetController {
    /// Holds what changed of the fleet since the last evaluation against the policies, and stores what came of it.
    /// - Parameter before: the policies until now, where they just changed: it counts where nothing is on record of
    ///   what the fleet was judged by.
    func evaluate(before: PolicySet? = nil) async throws(APIError) {
        _ = try await evaluated(before: before) { (_, _, _) throws(StoreFailure) in }
    }

    /// The same, with the whole fleet as it is then: for who plans.
    func assess() async throws(APIError) -> Assessment {
        try await evaluated { (work, fleet, tree) throws(StoreFailure) in
            let whole: NestingTree
            if let tree { whole = tree } else { whole = Assessment.tree(of: try work.hosts()) }
            return Assessment(whole, findings: try work.standingFindings(), policies: fleet.set.policies)
        }
    }

    /// - Parameter body: within the same transaction; it is given the tree where that was joined as a whole.
    private func evaluated<Value: Sendable>(
        before: PolicySet? = nil,
        _ body: @escaping @Sendable (any FleetWriting, JudgedFleet, NestingTree?) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        // One at a time: two would both begin with what the last one left.
        await judging.enter()
        defer { judging.leave() }
        let (now, rules, memory) = (environment.now(), environment.settings.drift, judgementMemory)
        let (fleet, value) = try await record { (work) throws(StoreFailure) in
            let (fleet, tree) = try Judging(work: work, rules: rules, before: before, now: now).run(memory.take())
            return (fleet, try body(work, fleet, tree))
        }
        environment.log.debug("fleet judged", ["trees": "\(fleet.judgedTrees)"])
        memory.put(fleet)
        return value
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
