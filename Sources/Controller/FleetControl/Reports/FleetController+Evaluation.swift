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
        _ = try await evaluated(before: before) { (_, _) throws(StoreFailure) in }
    }

    /// The same, with the whole fleet as it is then: for who plans.
    func assess() async throws(APIError) -> Assessment {
        try await evaluated { (work, memory) throws(StoreFailure) in
            let set: PolicySet
            if let judged = memory.judged { set = judged.set } else { set = try work.policies() }
            return Assessment(memory.picture, received: try work.receivedReports(), policies: set.policies)
        }
    }

    /// The fleet as it is stored, for who changes nothing: it waits for an evaluation that goes on, and leaves what it
    /// read to the next one.
    /// - Parameter body: within the same snapshot.
    func look<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading, FleetMemory) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        try await keeping { (kept) throws(APIError) in
            try await read { (work) throws(StoreFailure) in
                let memory = try FleetMemory(kept.take(), caughtUpWith: work)
                return (memory, try body(work, memory))
            }
        }
    }

    /// Lets one transaction at a time go by what is kept of the fleet in memory, and keeps what it leaves.
    func keeping<Value: Sendable>(
        _ transaction: (JudgementMemory) async throws(APIError) -> (FleetMemory, Value)
    ) async throws(APIError) -> Value {
        await judging.enter()
        defer { judging.leave() }
        let (memory, value) = try await transaction(judgementMemory)
        judgementMemory.put(memory)
        return value
    }

    /// - Parameter body: within the same transaction.
    private func evaluated<Value: Sendable>(
        before: PolicySet? = nil,
        _ body: @escaping @Sendable (any FleetWriting, FleetMemory) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        // One at a time: two would both begin with what the last one left.
        let (trees, value) = try await keeping { (kept) throws(APIError) in
            let (now, rules) = (environment.now(), environment.settings.drift)
            return try await record { (work) throws(StoreFailure) in
                let memory = try Judging(work: work, rules: rules, before: before, now: now).run(kept.take())
                return (memory, (memory.judged?.judgedTrees ?? 0, try body(work, memory)))
            }
        }
        environment.log.debug("fleet judged", ["trees": "\(trees)"])
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
            let standing: [Finding]
            if let path {
                standing = try work.findings(
                    FindingQuery(paths: [path], exempted: exempted, limit: .max - 1), after: nil
                ).findings
            } else {
                standing = try exempted ? work.exemptedFindings() : work.openFindings()
            }
            return standing + (resolved ? try work.resolvedFindings(limit: 1_000) : [])
        }
        return all.filter { path == nil || $0.path == path || path?.contains($0.path) == true }
            .sorted { ($1.severity, $0.path, $0.id) < ($0.severity, $1.path, $1.id) }
    }
}
