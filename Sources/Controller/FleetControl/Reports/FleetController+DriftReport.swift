package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    /// Reads every host, then tells what is open, against the report before.
    package func driftReport() async throws(APIError) -> DriftReport {
        _ = try await sweep(SweepRequest())
        let now = environment.now()
        return try await record { (work) throws(StoreFailure) in
            let rows = try work.hostRows()
            let open = try work.openFindings()
            let last = try work.value(.lastDriftReport, as: ReportMark.self)
            let known = Set(last?.open ?? [])
            let openIDs = Set(open.map(\.id))
            var report = DriftReport(
                at: now, previousAt: last?.at, policyRevision: try work.policies().revision, hosts: rows.count,
                guests: rows.reduce(0) { $0 + ($1.guests.value ?? 0) },
                notHeard: rows.filter { $0.health.state != .ok }.map {
                    HostRowState(path: $0.path, health: $0.health)
                },
                new: open.filter { !known.contains($0.id) }, persisting: open.filter { known.contains($0.id) },
                resolved: try work.resolvedFindings(limit: 10_000).filter {
                    known.contains($0.id) && !openIDs.contains($0.id)
                },
                freeze: try work.freeze(at: now))
            report.bound()
            report.auditHead = try work.auditHead()
            try work.put(ReportMark(at: now, open: open.map(\.id).sorted()), as: .lastDriftReport)
            return report
        }
    }
}

/// What the next drift report compares with.
private struct ReportMark: Codable {
    var at: Date
    /// Ids of the findings that were open.
    var open: [String]
}
