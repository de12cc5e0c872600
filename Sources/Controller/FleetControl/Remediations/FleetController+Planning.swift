package import ControllerAPI
import FleetStore
package import NestingModel
import StructuredLog

extension FleetController {
    /// What would be done now, from fresh reports; does nothing.
    /// - Parameter outsideWindows: whether it is to run whatever the maintenance windows say.
    package func plan(_ selection: Selection, outsideWindows: Bool = false) async throws(APIError) -> PlanAnswer {
        try await check(selection)
        return try await answer(with: try await freshPlan(selection, outsideWindows: outsideWindows))
    }

    func answer(with plan: Plan) async throws(APIError) -> PlanAnswer {
        let now = environment.now()
        let ground = try await read { (work) throws(StoreFailure) in
            try StartingGround(work, about: plan.items, now: now)
        }
        return PlanAnswer(
            plan: plan, digest: try plan.digest(), freezes: try await freezes(),
            rollout: environment.settings.rollout,
            waiting: plan.items.compactMap { ground.waiting($0, startSeconds: startSeconds) })
    }

    var startSeconds: Int { Int(environment.settings.startDeadline.components.seconds) }

    /// Reads the hosts that the selection touches, evaluates, and plans. Guests that are frozen, or that no window will
    /// ever let start, are left out with the reason: they hold no other one up.
    func freshPlan(_ selection: Selection, outsideWindows: Bool = false) async throws(APIError) -> Plan {
        let roots = try await roots(of: selection)
        var touched: [NodePath] = []
        for root in (roots ?? []).sorted() {
            touched += try await enrolled(inTreeOf: root).map(\.path)
        }
        // Whoever names a place where no host is wants none read, and not all.
        if roots == nil || !touched.isEmpty { _ = try await sweep(SweepRequest(paths: touched)) }
        let now = environment.now()
        let plan = try await assess().plan(selection, now: now)
        let ground = try await read { (work) throws(StoreFailure) in
            try StartingGround(work, about: plan.items, now: now)
        }
        let startable = ground.withoutFrozen(plan)
        if outsideWindows { return startable }
        // Who names a guest is told that it can't be done, and gets nothing else instead.
        return ground.withoutNeverStarting(startable, startSeconds: startSeconds, named: selection.paths)
    }

    /// Holds an item of a running plan against what the fresh reports and the policies of this moment would plan.
    /// - Returns: nil where it still is what would be done; fewer guests inside are no objection, and more are one.
    /// - Parameters:
    ///   - isAsked: whether a person asked for the change itself, and no policy.
    ///   - isEnforced: whether policies alone asked for it: what they only propose by now is no longer theirs to do.
    ///   - ofItsFindingsAlone: whether a person chose some of what is wrong with a node: the rest is left as it is.
    func whyNoLonger(
        _ item: PlanItem, isAsked: Bool = false, isEnforced: Bool = false, ofItsFindingsAlone: Bool = false
    ) async throws(APIError) -> (sentence: String, remedy: String)? {
        let assessment = try await assess()
        if isAsked {
            let plan = assessment.plan([item.path: (item.change, item.rules)], now: environment.now())
            if plan.items.contains(where: { $0.covers(item) }) { return nil }
            let cause = plan.blocked.first?.sentence ?? "'\(item.path)' is no longer as the plan was made from"
            return (cause, "look at the new plan")
        }
        let selection = Selection(paths: [item.path], findings: ofItsFindingsAlone ? item.findings : [])
        let plan = assessment.plan(selection, now: environment.now(), enforcing: isEnforced)
        if let now = plan.items.first(where: { $0.covers(item) }) {
            guard !now.rules.consent.covers(item.rules.consent) else { return nil }
            return (
                "the policies no longer allow all that the plan may do to '\(item.path)'",
                "look at the new plan: nestor plan \(item.path)"
            )
        }
        let cause =
            plan.blocked.first { $0.path == item.path }?.sentence
            ?? "'\(item.path)' or what runs inside it is no longer as the plan was made from"
        return (cause, "look at the new plan: nestor plan \(item.path)")
    }

    /// Starts the plan that somebody saw; where the world changed since, it is refused with the new digest to look at.
    package func remediate(
        _ request: RemediateRequest, by requester: Requester
    ) async throws(APIError) -> Remediation {
        let plan = try await freshPlan(request.selection, outsideWindows: request.now == true)
        guard try plan.digest() == request.digest else {
            throw APIError(
                code: "plan-changed",
                sentence: "the plan is not the one that was shown: the fleet or the policies changed",
                remedy: "look at the new one: nestor plan")
        }
        guard !plan.items.isEmpty else {
            let cause = plan.leftOut.first.map { ": \($0.sentence)" } ?? ""
            throw APIError(
                code: "plan-empty",
                sentence: plan.blocked.isEmpty
                    ? "there is nothing to correct" : "nothing in the plan can be corrected\(cause)",
                remedy: plan.blocked.isEmpty ? "" : "nestor plan shows what blocks each finding")
        }
        let rollout = try (request.rollout ?? RolloutWish()).over(environment.settings.rollout)
        return try await begin(
            plan, by: requester, selection: request.selection, rollout: rollout, outsideWindows: request.now == true)
    }

    /// Journals the remediation, with its audit record, and sets it in motion.
    /// - Parameters:
    ///   - selection: what a person asked for; nil where nobody did.
    ///   - outsideWindows: whether it runs whatever the maintenance windows say, which is recorded by itself.
    ///   - also: what is written with it or not at all.
    func begin(
        _ plan: Plan, by requester: Requester, selection: Selection? = nil, rollout: Rollout = Rollout(),
        outsideWindows: Bool = false, rollsBack: String? = nil,
        also: @escaping @Sendable (any FleetWriting, Remediation) throws(StoreFailure) -> Void = {
            (_, _) throws(StoreFailure) in
        }
    ) async throws(APIError) -> Remediation {
        let (now, startSeconds) = (environment.now(), startSeconds)
        var made = Remediation(
            id: environment.newID(), plan: plan, requester: requester, at: now, settings: environment.settings,
            rollout: rollout, outsideWindows: outsideWindows, rollsBack: rollsBack)
        made.selection = selection
        let remediation = made
        let detail = plan.items.flatMap(\.steps).joined(separator: "; ")
        let action = rollsBack == nil ? "remediation.start" : "remediation.rollback"
        let raised = try await change(requester, action, remediation.id, detail: detail) {
            (work) throws(StoreFailure) in
            let ground = try StartingGround(work, about: plan.items, now: now)
            let freezes = ground.freezes(holding: plan.items)
            guard freezes.isEmpty else { throw StoreFailure(.conflict, freezes.sentence, remedy: freezes.remedy) }
            if outsideWindows {
                try work.audit(
                    AuditEntry(
                        actor: requester.name, action: "window.override", subject: remediation.id,
                        detail: plan.items.map(\.path.description).joined(separator: ", "), origin: requester.origin))
            } else {
                try ground.checkWindows(of: plan, startSeconds: startSeconds)
            }
            // One at a time in the whole fleet, and so in every nesting tree.
            if let other = try work.unfinishedRemediations().first {
                throw StoreFailure(
                    .conflict, "remediation \(other.id) is not finished",
                    remedy: "nestor remediation show \(other.id), or nestor remediation resume \(other.id)")
            }
            try work.put(remediation: remediation)
            try also(work, remediation)
            if let rollsBack, try work.policies().policies.contains(where: \.mayEnforce) {
                // What was set back by a person is not set again by a policy a minute later.
                try work.put(
                    "\(requester.name) set back what remediation \(rollsBack) had changed", as: .enforcementStopped)
            }
            return try Self.raiseEpoch(work)
        }
        epoch = max(epoch, raised)
        drive(remediation.id)
        return remediation
    }

    /// Corrects guests whose policies say `enforce`: one at a time, or as many as the settings say, in waves. After a
    /// failure it waits, tries that guest again alone, and at last leaves it out (`TroubledGuests`).
    func enforce() async {
        do throws(APIError) {
            let (now, rule) = (environment.now(), environment.settings.drift.retry)
            let startSeconds = startSeconds
            let (stopped, busy, isWanted) = try await look { (work, memory) throws(StoreFailure) in
                (
                    try work.value(.enforcementStopped, as: String.self),
                    try !work.unfinishedRemediations().isEmpty,
                    memory.picture.holdsFinding { $0.mode == .enforce && $0.correctable && $0.state == .open }
                )
            }
            guard stopped == nil, !busy, !isStopping, isWanted else { return }
            if case .waits = try await troubledGuests().turn(at: now, rule) { return }
            let assessment = try await assess()
            // Over the whole fleet, so that a guest that can't be corrected holds no other one up.
            var plan = assessment.plan(Selection(), now: environment.now(), enforcing: true)
            let ground = try await read { [plan] (work) throws(StoreFailure) in
                try StartingGround(work, about: plan.items, now: now)
            }
            // What is frozen, or waits for its window, holds no other one up either.
            let next = try await turn(among: plan.items, assessment.open, at: now, rule) {
                ground.mayStart($0, startSeconds: startSeconds)
            }
            guard !next.isEmpty else { return }
            let atOnce = environment.settings.enforcedGuests
            plan.items = Array(next.prefix(atOnce))
            plan.blocked = []
            let names = Set(plan.items.flatMap(\.policies)).sorted().joined(separator: ", ")
            _ = try await begin(
                plan, by: Requester(name: "\(Requester.enforcing)\(names))"),
                rollout: atOnce == 1 ? Rollout() : environment.settings.rollout)
        } catch {
            environment.log.error("enforcement failed", ["cause": "\(error)"])
        }
    }
}

extension PlanItem {
    /// Whether an older item does to the same definition the same thing, and stops at least all that runs inside now.
    fileprivate func covers(_ older: PlanItem) -> Bool {
        host == older.host && uuid == older.uuid && change == older.change
            && definitionDigest == older.definitionDigest
            && drains.allSatisfy { drain in
                older.drains.contains { $0.host == drain.host && Set(drain.guests).isSubset(of: $0.guests) }
            }
    }
}
