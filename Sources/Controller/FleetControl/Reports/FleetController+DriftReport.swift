package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    /// Reads every host, then tells what is open, against the report before.
    package func driftReport() async throws(APIError) -> DriftReport {
        try await readHosts(SweepRequest())
        let now = environment.now()
        return try await record { (work) throws(StoreFailure) in
            let since = try work.driftSinceMark(limit: DriftReport.mostListed)
            let states = try work.hostCounts()
            var counts = since.counts
            counts.notHeard = states.reduce(0) { $0 + ($1.key == .ok ? 0 : $1.value) }
            var report = DriftReport(
                at: now, previousAt: try work.value(.lastDriftReport, as: ReportMark.self)?.at,
                policyRevision: try work.policyRevision(), hosts: states.values.reduce(0, +),
                guests: try work.guestCount(), notHeard: try work.silentHosts(limit: DriftReport.mostListed),
                new: since.new, persisting: since.persisting, resolved: since.resolved, counts: counts,
                freezes: try work.freezes(at: now))
            report.auditHead = try work.auditHead()
            try work.put(ReportMark(at: now), as: .lastDriftReport)
            try work.markDrift()
            return report
        }
    }
}

/// When the last one was made; the store has what was open then.
private struct ReportMark: Codable {
    var at: Date
}
