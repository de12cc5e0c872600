package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

/// The use cases of the controller: all that the API offers, and what runs by itself.
///
/// An actor, so that two requests never interleave within one decision; whatever it must not forget is in the store.
package actor FleetController {
    let environment: FleetEnvironment
    let sessions: AgentSessions
    /// Of what reading hosts tells.
    let observations: GroupedCommits
    package nonisolated let progress: ProgressBroadcast
    let controllerID: String
    /// Rises with each start and each remediation, and where a person lets this run overtake a later one.
    var epoch: Int
    let startedAt: Date
    var isStopping = false
    /// Roots of the nesting trees on which an operator's key is at work.
    var operated: Set<NodePath> = []
    /// What runs by itself; ended by `stop`.
    var background: [Task<Void, Never>] = []
    /// Hosts that are being read right now: a second reader waits for the first one's result.
    var reading: [String: Task<Void, Never>] = [:]
    /// The remediations that this process drives now; each takes itself out at its end.
    var driving: [String: Task<Void, Never>] = [:]
    nonisolated let judgementMemory = JudgementMemory()
    let judging = Turnstile()
    var anchor = AuditAnchor()
    /// Heads on their way; takes itself out at its end.
    var anchoring: Task<Void, Never>?
    var prunedAt: Date?
    /// Recipients of reports to which a delivery is on its way; each takes itself out at its end.
    var delivering: [RecipientKey: Task<Void, Never>] = [:]

    /// What wakes each of them when something outside it changes.
    var nudges: [String: @Sendable () -> Void] = [:]

    /// Opens the fleet: gives the controller its id at the first start, and raises the epoch.
    package init(_ environment: FleetEnvironment) async throws(APIError) {
        self.environment = environment
        observations = GroupedCommits(environment.store)
        sessions = AgentSessions(connector: environment.connector, keys: environment.keys)
        progress = ProgressBroadcast(now: environment.now)
        startedAt = environment.now()
        let newID = environment.newID()
        do throws(StoreFailure) {
            (controllerID, epoch) = try await environment.store.record { (work) throws(StoreFailure) in
                let id = try work.value(.controllerID, as: String.self) ?? newID
                let epoch = (try work.value(.epoch, as: Int.self) ?? 0) + 1
                try work.put(id, as: .controllerID)
                try work.put(epoch, as: .epoch)
                return (id, epoch)
            }
        } catch {
            throw APIError(error)
        }
    }

    /// Takes up what an earlier run left, then sweeps on schedule until `stop`.
    package func start() {
        background.append(
            // Lives as long as the controller: `stop` cancels it and waits for it.
            Task {
                await self.anchorAudit()
                await self.resumeUnfinished()
            })
        background.append(
            // As above.
            Task { await self.sweepOnSchedule() })
        background.append(
            // As above.
            Task { await self.reportOnSchedule() })
    }

    /// Starts nothing more, lets what an agent does go on there, and closes all sessions.
    package func stop() async {
        isStopping = true
        let tasks = background + driving.values + delivering.values + [anchoring].compactMap(\.self)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        background = []
        progress.finish()
        await sessions.close()
    }

    package func status(version: String, stateDirectory: String) async throws(APIError) -> StatusAnswer {
        let size = await environment.store.size()
        let started = startedAt
        let (now, rule) = (environment.now(), environment.settings.drift.retry)
        let (id, epoch) = (controllerID, epoch)
        let reports = try await reportsStatus()
        var status = try await read { (work) throws(StoreFailure) in
            var answer = StatusAnswer(
                version: version, controller: id, epoch: epoch, startedAt: started, stateDirectory: stateDirectory,
                storeBytes: size, policyRevision: try work.policies().revision,
                fleetRevision: try work.value(.fleetRevision, as: Int.self) ?? 0,
                hosts: Dictionary(try work.hostCounts().map { ($0.key.rawValue, $0.value) }) { $0 + $1 },
                findings: Dictionary(try work.openFindingCounts().map { ($0.key.rawValue, $0.value) }) { $0 + $1 },
                running: try work.unfinishedRemediations().map(\.id),
                freezes: try work.freezes(at: now),
                enforcementStopped: try work.value(.enforcementStopped, as: String.self))
            answer.auditHead = try work.auditHead()
            if let troubled = try work.value(.troubledGuests, as: TroubledGuests.self) {
                answer.troubled = troubled.guests
                answer.enforcementStopped = answer.enforcementStopped ?? troubled.sentence(at: now, rule)
            }
            return answer
        }
        status.reports = reports
        status.auditAnchor = try await anchorStatus()
        return status
    }

    // MARK: Store, with the API's errors

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetReading) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        do throws(StoreFailure) {
            return try await environment.store.read(body)
        } catch {
            throw APIError(error)
        }
    }

    func record<Value: Sendable>(
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        do throws(StoreFailure) {
            return try await environment.store.record(body)
        } catch {
            throw APIError(error)
        }
    }

    func change<Value: Sendable>(
        _ requester: Requester, _ action: String, _ subject: String, of place: NodePath? = nil, detail: String = "",
        _ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Value
    ) async throws(APIError) -> Value {
        do throws(StoreFailure) {
            let value = try await environment.store.change(
                AuditEntry(
                    actor: requester.name, action: action, subject: subject, detail: detail, origin: requester.origin,
                    place: place?.description ?? ""), body)
            await anchorAudit()
            return value
        } catch {
            throw APIError(error)
        }
    }
}

extension APIError {
    init(_ failure: StoreFailure) {
        self.init(code: "store-\(failure.code.rawValue)", sentence: failure.sentence, remedy: failure.remedy)
    }
}
