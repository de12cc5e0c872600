import AgentWire
import ControllerAPI
import NestingModel
import StructuredLog

/// Talks with one agent about one correction, over as many connections as it takes: a dropped one changes nothing.
struct CorrectionConversation {
    let controller: FleetController
    let environment: FleetEnvironment
    let remediation: String
    /// The correction that changes a guest, and that guest: its progress is the guest's, a drain's is the host's.
    let subject: (correction: String, guest: NodePath)

    /// Sends the correction and follows it until it waits for us or has ended.
    /// - Parameter objection: asked before it is sent once more to an agent that never took it: why that may not be.
    func settle(
        _ request: CorrectionRequest, on host: NodePath, deadline: Duration,
        until waits: @Sendable (CorrectionRecord) -> Bool, objection: @escaping @Sendable () async -> ItemEnd?
    ) async throws(ItemEnd) -> CorrectionRecord {
        try await follow(request.id, on: host, deadline: deadline, until: waits, objection: objection) {
            (connection, left) throws(AgentFailure) in
            let answer: CorrectResult = try await connection.call(
                .correct,
                CorrectParameters(
                    controller: controller.controllerID, epoch: await controller.epoch, corrections: [request]),
                deadline: left)
            return answer.corrections.first { $0.id == request.id }
        }
    }

    /// What the agent has of a correction, followed until it waits for us or has ended; sends nothing.
    /// - Throws: `absent` where it never came there.
    func recall(
        _ correction: String, on host: NodePath, deadline: Duration, until waits: @Sendable (CorrectionRecord) -> Bool
    ) async throws(ItemEnd) -> CorrectionRecord {
        try await follow(correction, on: host, deadline: deadline, until: waits) {
            (connection, left) throws(AgentFailure) in
            if let record = try await Self.record(of: correction, connection, left) { return record }
            throw AgentFailure(
                .agentFailed, hop: host, "it has no such correction",
                refusal: WireError(.correctionUnknown, "it has no such correction"))
        }
    }

    /// Prolongs a drain's hold.
    func renew(_ correction: String, on host: NodePath, holdSeconds: Int, deadline: Duration) async throws(ItemEnd) {
        let holds: @Sendable (CorrectionRecord) -> Bool = { $0.phase == .holding }
        _ = try await follow(correction, on: host, deadline: deadline, until: holds) {
            (connection, left) throws(AgentFailure) in
            let answer: CorrectionResult = try await connection.call(
                .renew,
                RenewParameters(
                    controller: controller.controllerID, epoch: await controller.epoch, id: correction,
                    holdSeconds: holdSeconds), deadline: left)
            return answer.correction
        }
    }

    /// Gives the verdict and follows the correction to its end.
    func finish(
        _ correction: String, _ verdict: CorrectionVerdict, on host: NodePath, deadline: Duration
    ) async throws(ItemEnd) -> CorrectionRecord {
        let never: @Sendable (CorrectionRecord) -> Bool = { _ in false }
        return try await follow(correction, on: host, deadline: deadline, until: never) {
            (connection, left) throws(AgentFailure) in
            let parameters = FinishParameters(
                controller: controller.controllerID, epoch: await controller.epoch, id: correction, verdict: verdict)
            do throws(AgentFailure) {
                let answer: CorrectionResult = try await connection.call(.finish, parameters, deadline: left)
                return answer.correction
            } catch {
                // It ended by itself, or has its verdict already: what the agent holds of it decides.
                guard error.refusal?.data?.code == WireErrorCode.correctionPhase.rawValue else { throw error }
                return nil
            }
        }
    }

    /// So many connections in vain are enough for somebody who aborts.
    private static let patience = 3

    /// nil where the agent has none.
    private static func record(
        of correction: String, _ connection: AgentConnection, _ left: Duration
    ) async throws(AgentFailure) -> CorrectionRecord? {
        let listed: CorrectionsResult = try await connection.call(
            .corrections, CorrectionsParameters(ids: [correction]), deadline: left)
        return listed.corrections.first { $0.id == correction }
    }

    /// - Parameters:
    ///   - objection: asked after a connection in vain, where the agent does not have the correction.
    ///   - tell: what is said on each new connection; nil where only the agent's own list tells.
    private func follow(
        _ correction: String, on host: NodePath, deadline: Duration,
        until waits: @Sendable (CorrectionRecord) -> Bool, objection: (@Sendable () async -> ItemEnd?)? = nil,
        tell: @Sendable (AgentConnection, Duration) async throws(AgentFailure) -> CorrectionRecord?
    ) async throws(ItemEnd) -> CorrectionRecord {
        let countdown = Countdown(deadline, on: environment.clock)
        var last = "no answer"
        var lost = 0
        var end: ItemEnd?
        while !countdown.isOver {
            if Task.isCancelled { throw .stopping }
            let way = try await way(to: host)
            do throws(AgentFailure) {
                let connection = try await controller.sessions.open(
                    way, role: .correct, deadline: min(environment.settings.hostDeadline, countdown.remaining))
                var result: CorrectionRecord?
                do throws(AgentFailure) {
                    try await controller.checkEpoch(await connection.hello, of: host)
                    if lost > 0, let objection,
                        try await Self.record(of: correction, connection, environment.settings.hostDeadline) == nil
                    {
                        end = await objection()
                    }
                    if end == nil {
                        result = try await watch(correction, connection, countdown, waits: waits, tell: tell)
                    }
                } catch {
                    await connection.close()
                    throw error
                }
                await connection.close()
                if let result { return result }
            } catch {
                if let refusal = error.refusal { throw await refused(refusal, by: host) }
                last = error.description
                lost += 1
                if lost >= Self.patience, await controller.isAborted(remediation) { break }
                environment.log.info("agent lost, trying again", ["host": "\(host)", "cause": last])
            }
            if let end { throw end }
            do {
                try await environment.clock.sleep(for: .seconds(1))
            } catch {
                throw .stopping
            }
        }
        throw .interrupted(
            "'\(host)' did not answer in time (\(last)); its agent settles the correction by itself, and "
                + "nestor remediation resume \(remediation) asks for the result")
    }

    /// Asking again does not help where the store can't tell the way, or somebody removed a host from it.
    private func way(to host: NodePath) async throws(ItemEnd) -> [FleetHost] {
        do throws(APIError) {
            return try await controller.way(to: host)
        } catch {
            throw .interrupted("the way to '\(host)' is not known: \(error.sentence)")
        }
    }

    private func watch(
        _ correction: String, _ connection: AgentConnection, _ countdown: Countdown,
        waits: @Sendable (CorrectionRecord) -> Bool,
        tell: @Sendable (AgentConnection, Duration) async throws(AgentFailure) -> CorrectionRecord?
    ) async throws(AgentFailure) -> CorrectionRecord {
        let answer = environment.settings.hostDeadline
        var record = try await tell(connection, answer)
        let listed: CorrectionsResult = try await connection.call(
            .corrections, CorrectionsParameters(ids: [correction], follow: true), deadline: answer)
        record = listed.corrections.first { $0.id == correction } ?? record
        while true {
            if let record {
                if record.phase == .ended || waits(record) { return record }
            } else {
                throw AgentFailure(
                    .agentFailed, hop: connection.path, "the agent does not know correction '\(correction)'")
            }
            let next = try await connection.nextProgress(of: correction, deadline: countdown.remaining)
            if next.phase != record?.phase {
                controller.progress.send(
                    remediation: remediation,
                    path: correction == subject.correction ? subject.guest : connection.path,
                    printable("\(next.phase)\(next.sentence.isEmpty ? "" : ": \(next.sentence)")"))
            }
            record = next
        }
    }

    /// What the agent refuses will not be granted by asking again.
    private func refused(_ error: WireError, by host: NodePath) async -> ItemEnd {
        if error.data?.code == WireErrorCode.epochStale.rawValue {
            // The agent has seen a later controller than this one: a restored backup. Nothing more may start.
            let reason = "'\(host)' has taken orders from a later run of this controller: is this a restored backup?"
            try? await controller.freezeUntilLookedAt(reason)
            return .interrupted(reason)
        }
        if error.data?.code == WireErrorCode.correctionUnknown.rawValue {
            return .absent("'\(host)' does not know the correction: \(printable(error.message))")
        }
        return .ended(
            .refused, "'\(host)' refused: \(printable(error.message))", remedy: printable(error.data?.remedy ?? ""))
    }
}
