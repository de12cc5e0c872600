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
                try await readHosts(SweepRequest())
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

    /// Reads hosts now, and tells how they are then.
    package func sweep(_ request: SweepRequest) async throws(APIError) -> [HostRow] {
        let paths = try await readHosts(request)
        guard request.tellsRows else { return [] }
        return try await read { (work) throws(StoreFailure) in
            request.isOfFleet ? try work.hostRows() : try work.hostRows(at: paths)
        }
    }

    /// Reads hosts at once, so many in parallel; one that fails or hangs holds no other up. Then judges the fleet.
    /// - Returns: which were read.
    @discardableResult
    func readHosts(_ request: SweepRequest) async throws(APIError) -> [NodePath] {
        let paths = try await read { (work) throws(StoreFailure) in
            if !request.paths.isEmpty { return try work.hostRows(at: request.paths).map(\.path) }
            let enrolled = try work.enrolledHosts(inTreeOf: nil).map(\.path)
            guard let places = request.places else { return enrolled }
            return enrolled.filter { host in
                places.contains { $0 == host || $0.contains(host) || $0.parent == host }
            }
        }
        let isKnown = Set(paths)
        for path in request.paths where !isKnown.contains(path) { throw unknownHost(path) }
        let limit = environment.settings.parallelHosts
        await withTaskGroup(of: Void.self) { group in
            for (index, path) in paths.enumerated() {
                if index >= limit { await group.next() }
                group.addTask { await self.readAndStore(path) }
            }
        }
        try await evaluate()
        return paths
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
            let head = try await read { (work) throws(StoreFailure) in try work.hostHead(path) }
            guard let before = head else { throw unknownHost(path) }
            let result = await readReport(before)
            let now = environment.now()
            try await observed { (work) throws(StoreFailure) in
                // It may have been removed, changed or enrolled anew while it was read.
                guard let stored = try work.hostHead(path), stored.host.enrolledAt == before.host.enrolledAt else {
                    return
                }
                var host = stored.host
                switch result {
                case .success(let report):
                    if let report {
                        try work.note(
                            report: report, after: try work.host(path)?.report, heard: stored.health.reportedAt,
                            of: path, at: now)
                        try work.put(report: report, of: path)
                        if host.uuid == nil, let uuid = report.host.smbiosUUID.value {
                            host.uuid = uuid
                            try work.put(host: host)
                        }
                    }
                    let claimed = report.map(\.host.smbiosUUID.value) ?? before.machineUUID
                    try work.put(health: Self.health(of: host, claiming: claimed, at: now), of: path)
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

    private func observed(_ entry: @escaping GroupedCommits.Entry) async throws(APIError) {
        do throws(StoreFailure) {
            try await observations.commit(entry)
        } catch {
            throw APIError(error)
        }
    }

    /// - Returns: nil in success where the host answered that nothing changed.
    private func readReport(_ head: HostHead) async -> Result<HostReport?, AgentFailure> {
        do throws(AgentFailure) {
            let way: [FleetHost]
            do throws(APIError) {
                way = try await self.way(to: head.host.path)
            } catch {
                throw AgentFailure(.parentUnreachable, hop: head.host.path, error.sentence, remedy: error.remedy)
            }
            let last = head.digest
            let answer: ReportResult = try await sessions.reporting(
                way, deadline: environment.settings.hostDeadline
            ) { (connection, deadline) throws(AgentFailure) in
                try await self.checkEpoch(await connection.hello, of: head.host.path)
                return try await connection.call(.report, ReportParameters(lastDigest: last), deadline: deadline)
            }
            if answer.unchanged, last == answer.digest { return .success(nil) }
            guard let report = answer.report, report.schema == HostReport.currentSchema else {
                throw AgentFailure(
                    .agentGarbage, hop: head.host.path,
                    "its report says '\(printable(answer.report?.schema ?? "nothing"))', not '\(HostReport.currentSchema)'",
                    remedy: "nestor agent upgrade \(head.host.path)")
            }
            return .success(report)
        } catch {
            return .failure(error)
        }
    }

    /// A host that answers is well, unless it is not the one that its path demands.
    /// - Parameter claim: the SMBIOS UUID that its report has; nil where that does not know it.
    private static func health(of host: FleetHost, claiming claim: String?, at now: Date) -> HostHealth {
        var health = HostHealth(state: .ok, checkedAt: now, reportedAt: now)
        if let pinned = host.uuid, let claimed = claim, pinned.lowercased() != claimed.lowercased() {
            health.state = .identityMismatch
            health.hop = host.path
            health.sentence = "its SMBIOS UUID is \(printable(claimed)), and '\(host.path)' is \(pinned)"
            health.remedy = "see which machine answers at \(host.address):\(host.port); nothing is corrected there"
        }
        return health
    }
}

extension SweepRequest {
    fileprivate var isOfFleet: Bool { paths.isEmpty && places == nil }
}
