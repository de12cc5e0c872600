import AgentWire
package import ControllerAPI
import FleetStore
package import NestingModel
import NestingPolicy

extension FleetController {
    /// What setting back a remediation would do now, from fresh reports; does nothing.
    /// - Parameter outsideWindows: whether it is to run whatever the maintenance windows say.
    package func rollbackPlan(_ id: String, outsideWindows: Bool = false) async throws(APIError) -> PlanAnswer {
        try await answer(with: try await freshRollback(id, outsideWindows: outsideWindows))
    }

    /// Sets back what a remediation changed, as a remediation of its own, by the plan that somebody saw.
    package func rollBack(_ request: RollbackRequest, by requester: Requester) async throws(APIError) -> Remediation {
        let plan = try await freshRollback(request.id, outsideWindows: request.now == true)
        guard try plan.digest() == request.digest else {
            throw APIError(
                code: "plan-changed", sentence: "the plan is not the one that was shown: the fleet changed",
                remedy: "look at the new one: nestor remediation rollback \(request.id)")
        }
        guard !plan.items.isEmpty else {
            let cause = plan.leftOut.first.map { ": \($0.sentence)" } ?? ""
            throw APIError(
                code: "plan-empty", sentence: "nothing of remediation '\(request.id)' is left to set back\(cause)",
                remedy: "nestor remediation show \(request.id)")
        }
        let rollout = try (request.rollout ?? RolloutWish()).over(environment.settings.rollout)
        return try await begin(
            plan, by: requester, rollout: rollout, outsideWindows: request.now == true, rollsBack: request.id)
    }

    private func freshRollback(_ id: String, outsideWindows: Bool) async throws(APIError) -> Plan {
        let remediation = try await remediation(id)
        guard remediation.endedAt != nil else {
            throw APIError(
                code: "remediation-running", sentence: "remediation '\(id)' has not ended: \(remediation.state)",
                remedy: "wait for its end, or first: nestor remediation abort \(id)")
        }
        let roots = Set(remediation.items.map(\.path.root))
        _ = try await sweep(SweepRequest(paths: try await enrolled().map(\.path).filter { roots.contains($0.root) }))
        let assessment = try await assess()
        var changes: [NodePath: (change: GuestChange, rules: DisruptionRules)] = [:]
        var blocked: [PlanBlock] = []
        for (item, plan) in zip(remediation.items, remediation.plan.items) where item.wasChanged {
            let guest = assessment.tree.node(at: plan.path)?.guest
            var inverse = plan.change.inverse(before: item.before, now: guest, uuid: plan.uuid)
            if case .success = inverse, let cause = await whyNotOurs(item, plan) { inverse = .failure(cause) }
            switch inverse {
            case .success(let change): changes[plan.path] = (change, plan.rules)
            case .failure(let cause):
                blocked.append(
                    PlanBlock(
                        path: plan.path, finding: "", code: "not-set-back",
                        sentence: "\(plan.path) is left as it is: \(cause.sentence)", remedy: ""))
            }
        }
        let now = environment.now()
        var plan = assessment.plan(changes, now: now)
        plan.blocked += blocked
        if outsideWindows { return plan }
        let items = plan.items
        let ground = try await read { (work) throws(StoreFailure) in try StartingGround(work, about: items, now: now) }
        return ground.withoutNeverStarting(plan, startSeconds: startSeconds, named: [])
    }

    /// An item that was given up may never have reached its agent: that what it asked for is there now can be the work
    /// of somebody else.
    private func whyNotOurs(_ item: RemediationItem, _ plan: PlanItem) async -> NotSetBack? {
        guard item.outcome == .failed else { return nil }
        do {
            let answer: CorrectionsResult = try await sessions.reporting(
                try await way(to: plan.host), deadline: environment.settings.hostDeadline
            ) { (connection, deadline) throws(AgentFailure) in
                try await connection.call(
                    .corrections, CorrectionsParameters(ids: [item.correction]), deadline: deadline)
            }
            let outcomes = answer.corrections.filter { $0.id == item.correction }.map(\.outcome)
            guard outcomes.allSatisfy({ $0 == .refused || $0 == .rolledBack }) else { return nil }
            return NotSetBack(sentence: "the agent of '\(plan.host)' has no record of having changed it")
        } catch {
            return NotSetBack(sentence: "the agent of '\(plan.host)' can't be asked whether it changed it")
        }
    }
}

extension RemediationItem {
    /// Whether its guest got what the remediation set, and kept it.
    fileprivate var wasChanged: Bool {
        switch outcome {
        case .corrected, .unverified, .regressed, .failed: true
        default: false
        }
    }
}

/// Why a guest is not set back.
struct NotSetBack: Error {
    var sentence: String
}

extension GuestChange {
    /// What gives a guest back what it had before this change, where it still has what this change set.
    func inverse(before: GuestChange?, now guest: GuestReport?, uuid: String) -> Result<GuestChange, NotSetBack> {
        guard let before else { return .failure(NotSetBack(sentence: "what it had before was not recorded")) }
        guard let guest, guest.uuid == uuid else {
            return .failure(NotSetBack(sentence: "it is no longer there"))
        }
        let now = self.before(in: guest)
        var inverse = GuestChange()
        if exposure != nil, now.exposure == exposure, before.exposure != exposure { inverse.exposure = before.exposure }
        if setsMemory, hasItsMemory(now, before: before),
            now.startupMemory != before.startupMemory
                || now.maximumMemory != before.maximumMemory
        {
            inverse.startupMemory = before.startupMemory
            inverse.maximumMemory = before.maximumMemory
        }
        if maximumVCPUs != nil, now.maximumVCPUs == maximumVCPUs, before.maximumVCPUs != maximumVCPUs {
            inverse.maximumVCPUs = before.maximumVCPUs
        }
        guard inverse.isEmpty else { return .success(inverse) }
        return .failure(NotSetBack(sentence: "it has nothing any more of what was set"))
    }

    /// Whether a guest still has the memory that this change made of what it had.
    private func hasItsMemory(_ now: GuestChange, before: GuestChange) -> Bool {
        guard let present = before.startupMemory, let maximum = before.maximumMemory else {
            return startupMemory != nil && now.startupMemory == startupMemory
        }
        let isFixed = dynamicMemory == false
        let startup = isFixed ? max(startupMemory ?? present, present) : startupMemory ?? present
        return now.startupMemory == startup && now.maximumMemory == (isFixed ? startup : max(maximum, startup))
    }
}
