package import ControllerAPI
import DriftReports
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

extension FleetController {
    /// Runs what is due and sends what waits, until the controller stops. It looks again at least every half minute:
    /// the wall clock may be set while it sleeps.
    func reportOnSchedule() async {
        while !isStopping && !Task.isCancelled {
            let next = await runDueReports()
            await startDeliveries()
            startAnchoring()
            let wait = next.map { min(max($0.timeIntervalSince(environment.now()), 0.1), 30) } ?? 30
            do {
                try await environment.clock.sleep(for: .seconds(wait))
            } catch {
                return  // cancelled: the controller stops
            }
        }
    }

    /// Runs each report that is due, once, after one sweep for all of them.
    /// - Returns: when the next one is due; nil where none is.
    @discardableResult
    func runDueReports() async -> Date? {
        do throws(APIError) {
            let now = environment.now()
            let (due, next) = try await dueReports(at: now)
            guard !due.isEmpty else { return next }
            try await readHosts(SweepRequest())
            var allRan = true
            for (name, occasion) in due {
                do throws(APIError) {
                    let run = try await takeReportRun { (take) throws(APIError) in
                        try await record { (work) throws(StoreFailure) in try take(work, name, occasion) }
                    }
                    if let run { tell(run) }
                } catch {
                    allRan = false
                    environment.log.error("report failed", ["report": name, "cause": "\(error)"])
                }
            }
            // One that failed is tried again after the usual wait, not at once.
            guard allRan else { return nil }
            let after = try await dueReports(at: environment.now())
            return after.due.isEmpty ? after.next : environment.now()
        } catch {
            environment.log.error("reports failed", ["cause": "\(error)"])
            return nil
        }
    }

    private func dueReports(at now: Date) async throws(APIError) -> (due: [(String, ReportOccasion)], next: Date?) {
        let known = try await read { (work) throws(StoreFailure) in
            var known: [(report: ReportDefinition, memory: ReportMemory)] = []
            for report in try work.reports().reports {
                if let memory = try work.reportMemory(of: report.name) { known.append((report, memory)) }
            }
            return known
        }
        var due: [(String, ReportOccasion)] = []
        var next: Date?
        for (report, memory) in known {
            do throws(ScheduleFault) {
                switch DueTime.of(try report.schedule.schedule(), seenTo: memory.seenTo, now: now) {
                case .wait(let until): next = [next, until].compactMap(\.self).min()
                case .due(let since, let isLate):
                    due.append(
                        (
                            report.name,
                            ReportOccasion(
                                id: environment.newID(), at: now, dueAt: since, late: isLate,
                                requestedBy: Requester.controller.name)
                        ))
                }
            } catch {
                environment.log.error("a schedule can't be kept", ["report": report.name, "cause": "\(error)"])
            }
        }
        return (due, next)
    }

    /// Reads every host, runs a report now, and sends it to its recipients.
    package func runReport(_ name: String, by requester: Requester) async throws(APIError) -> ReportRunSummary {
        try await checkReport(name)
        try await readHosts(SweepRequest())
        let occasion = ReportOccasion(id: environment.newID(), at: environment.now(), requestedBy: requester.name)
        let run = try await takeReportRun { (take) throws(APIError) in
            try await change(requester, "report.run", name, detail: occasion.id) { (work) throws(StoreFailure) in
                try take(work, name, occasion)
            }
        }
        guard let run else { throw unknownReport(name) }
        tell(run)
        await startDeliveries()
        return run.summary
    }

    /// Has a run made within a transaction, of the fleet as it is in memory.
    private func takeReportRun(
        _ transaction: (
            @escaping @Sendable (any FleetWriting, String, ReportOccasion) throws(StoreFailure) -> (
                FleetMemory, ReportRun?
            )
        ) async throws(APIError) -> (FleetMemory, ReportRun?)
    ) async throws(APIError) -> ReportRun? {
        try await keeping { (kept) throws(APIError) in
            try await transaction { (work, name, occasion) throws(StoreFailure) in
                let memory = try FleetMemory(kept.take(), caughtUpWith: work)
                return (memory, try work.takeReportRun(of: name, occasion, from: memory.picture))
            }
        }
    }

    private func tell(_ run: ReportRun) {
        let counts = run.summary.counts
        environment.log.info(
            "report",
            [
                "report": run.summary.report, "run": "\(run.summary.number)", "open": "\(counts.open)",
                "new": "\(counts.new)", "regressed": "\(counts.regressed)", "resolved": "\(counts.resolved)",
                "late": "\(run.summary.late)",
            ])
    }

    // MARK: Looking at runs

    /// Newest first.
    package func reportRuns(_ name: String) async throws(APIError) -> [ReportRunSummary] {
        try await checkReport(name)
        return try await read { (work) throws(StoreFailure) in try work.reportRuns(of: name, limit: 1_000) }
    }

    /// - Parameter run: its number or its id; nil takes the newest.
    package func reportRun(_ name: String, run: String?) async throws(APIError) -> ReportRun {
        let runs = try await reportRuns(name)
        guard !runs.isEmpty else {
            throw APIError(
                code: "report-run-unknown", sentence: "report '\(name)' has not run yet",
                remedy: "nestor report run \(name)")
        }
        guard let wanted = run.map({ text in runs.first { "\($0.number)" == text || $0.id == text } }) ?? runs.first
        else {
            throw APIError(
                code: "report-run-unknown", sentence: "report '\(name)' has no run '\(printable(run ?? ""))'",
                remedy: "nestor report show \(name) --runs lists them")
        }
        let whole = try await read { (work) throws(StoreFailure) in try work.reportRun(of: name, id: wanted.id) }
        guard let whole else {
            throw APIError(
                code: "report-run-unknown",
                sentence: "of run \(wanted.number) of report '\(name)' only its figures are kept",
                remedy: "the last \(ReportKeeping.whole) runs are kept whole")
        }
        return whole
    }

    /// - Parameters:
    ///   - from: nil takes the one that the later one was compared with.
    ///   - to: nil takes the newest.
    package func reportDifference(_ name: String, from: String?, to: String?) async throws(APIError)
        -> ReportDifference
    {
        let later = try await reportRun(name, run: to)
        guard let from = from ?? later.summary.previousID else {
            throw APIError(
                code: "report-run-unknown", sentence: "run \(later.summary.number) of report '\(name)' is its first",
                remedy: "nestor report run \(name)")
        }
        return ReportDifference(from: try await reportRun(name, run: from), to: later)
    }

    private func checkReport(_ name: String) async throws(APIError) {
        let known = try await read { (work) throws(StoreFailure) in try work.reports().reports.map(\.name) }
        guard known.contains(name) else { throw unknownReport(name) }
    }

    private func unknownReport(_ name: String) -> APIError {
        APIError(
            code: "report-unknown", sentence: "there is no report '\(printable(name))'",
            remedy: "nestor report list shows all")
    }
}
