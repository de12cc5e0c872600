import AgentWire
package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

extension FleetController {
    /// Sweeps until the controller stops: the first time at once.
    func sweepOnSchedule() async {
        while !isStopping && !Task.isCancelled {
            do throws(APIError) {
                _ = try await sweep(SweepRequest())
                await enforce()
                await anchorAudit()
                await pruneHistory()
            } catch {
                environment.log.error("sweep failed", ["cause": "\(error)"])
            }
            do {
                try await environment.clock.sleep(for: environment.settings.sweepInterval)
            } catch {
                return  // cancelled: the controller stops
            }
        }
    }

    /// Reads hosts at once, so many in parallel; one that fails or hangs holds no other up.
    package func sweep(_ request: SweepRequest) async throws(APIError) -> [HostRow] {
        let known = try await enrolled().map(\.path)
        let isKnown = Set(known)
        for path in request.paths where !isKnown.contains(path) { throw unknownHost(path) }
        let paths = request.paths.isEmpty ? known : request.paths
        let limit = environment.settings.parallelHosts
        await withTaskGroup(of: Void.self) { group in
            for (index, path) in paths.enumerated() {
                if index >= limit { await group.next() }
                group.addTask { await self.readAndStore(path) }
            }
        }
        try await evaluate()
        let wanted = Set(paths)
        return try await hosts().filter { wanted.contains($0.path) }
    }

    /// Reads one host and stores what came of it. Two readers of one host share one reading.
    func readAndStore(_ path: NodePath) async {
        let key = path.description
        if let running = reading[key] { return await running.value }
        // Unstructured so that a second reader can wait for it; it ends by the host's own deadline.
        let task = Task { await self.readOnce(path) }
        reading[key] = task
        await task.value
        reading[key] = nil
    }

    private func readOnce(_ path: NodePath) async {
        do throws(APIError) {
            let before = try await host(path)
            let result = await readReport(before)
            let now = environment.now()
            try await record { (work) throws(StoreFailure) in
                // It may have been removed, changed or enrolled anew while it was read.
                guard let stored = try work.host(path), stored.host.enrolledAt == before.host.enrolledAt else { return }
                var host = stored.host
                switch result {
                case .success(let report):
                    if let report {
                        try work.note(
                            report: report, after: stored.report, heard: stored.health.reportedAt, of: path, at: now)
                        try work.put(report: report, of: path)
                        if host.uuid == nil, let uuid = report.host.smbiosUUID.value {
                            host.uuid = uuid
                            try work.put(host: host)
                        }
                    }
                    try work.put(
                        health: Self.health(of: host, report: report ?? before.report, at: now), of: path)
                case .failure(let failure):
                    var health = failure.health
                    health.checkedAt = now
                    health.reportedAt = before.health.reportedAt
                    try work.put(health: health, of: path)
                }
            }
            if case .failure(let failure) = result {
                environment.log.info(
                    "host not read", ["host": "\(path)", "state": failure.state.rawValue, "cause": failure.sentence])
            }
        } catch {
            environment.log.error("host not stored", ["host": "\(path)", "cause": "\(error)"])
        }
    }

    /// - Returns: nil in success where the host answered that nothing changed.
    private func readReport(_ view: HostView) async -> Result<HostReport?, AgentFailure> {
        do throws(AgentFailure) {
            let way: [FleetHost]
            do throws(APIError) {
                way = try await self.way(to: view.host.path)
            } catch {
                throw AgentFailure(.parentUnreachable, hop: view.host.path, error.sentence, remedy: error.remedy)
            }
            let last = view.report?.digest
            let answer: ReportResult = try await sessions.reporting(
                way, deadline: environment.settings.hostDeadline
            ) { (connection, deadline) throws(AgentFailure) in
                try await self.checkEpoch(await connection.hello, of: view.host.path)
                return try await connection.call(.report, ReportParameters(lastDigest: last), deadline: deadline)
            }
            if answer.unchanged, last == answer.digest { return .success(nil) }
            guard let report = answer.report, report.schema == HostReport.currentSchema else {
                throw AgentFailure(
                    .agentGarbage, hop: view.host.path,
                    "its report says '\(printable(answer.report?.schema ?? "nothing"))', not '\(HostReport.currentSchema)'",
                    remedy: "nestor agent upgrade \(view.host.path)")
            }
            return .success(report)
        } catch {
            return .failure(error)
        }
    }

    /// A host that answers is well, unless it is not the one that its path demands.
    private static func health(of host: FleetHost, report: HostReport?, at now: Date) -> HostHealth {
        var health = HostHealth(state: .ok, checkedAt: now, reportedAt: now)
        if let pinned = host.uuid, let claimed = report?.host.smbiosUUID.value,
            pinned.lowercased() != claimed.lowercased()
        {
            health.state = .identityMismatch
            health.hop = host.path
            health.sentence = "its SMBIOS UUID is \(printable(claimed)), and '\(host.path)' is \(pinned)"
            health.remedy = "see which machine answers at \(host.address):\(host.port); nothing is corrected there"
        }
        return health
    }
}
