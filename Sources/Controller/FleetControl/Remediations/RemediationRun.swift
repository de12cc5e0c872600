import AgentWire
import ControllerAPI
import FleetStore
import NestingModel
import StructuredLog

/// Drives one remediation, item by item and step by step, each journalled in the store before it begins.
///
/// Every step may be done again after a crash: the agents know corrections by their ids and run none twice.
struct RemediationRun {
    let controller: FleetController
    let environment: FleetEnvironment
    let id: String
    private let remediation: Remediation

    /// Takes up a stored remediation, with the times that its orders were made with.
    init(controller: FleetController, environment: FleetEnvironment, id: String) async throws(APIError) {
        self.controller = controller
        self.id = id
        remediation = try await controller.remediation(id)
        var environment = environment
        if let seconds = remediation.startSeconds { environment.settings.startDeadline = .seconds(seconds) }
        self.environment = environment
    }

    func run() async throws(APIError) {
        var remediation = remediation
        for index in remediation.items.indices where remediation.items[index].step != .done {
            // What has begun is brought to its end; what has not waits while the fleet is frozen.
            if remediation.items[index].step == .waiting, let reason = try await reasonToWait() {
                remediation.state = .interrupted
                remediation.sentence = reason
                return try await store(remediation)
            }
            // An item that has its outcome was cut off while its guests were being started again.
            if remediation.items[index].outcome == nil {
                do throws(ItemEnd) {
                    try await run(index, of: &remediation)
                } catch {
                    switch error {
                    case .stopping: return
                    case .interrupted(let sentence):
                        remediation.state = .interrupted
                        remediation.sentence = sentence
                        return try await store(remediation)
                    case .ended(let outcome, let sentence, let remedy):
                        remediation.items[index].outcome = outcome
                        remediation.items[index].sentence = sentence
                        remediation.items[index].remedy = remedy
                    case .absent(let sentence):
                        remediation.items[index].outcome = .failed
                        remediation.items[index].sentence = sentence
                    }
                }
            }
            await release(index, of: &remediation)
            if Task.isCancelled { return }
            remediation.items[index].step = .done
            try await store(remediation)
            let item = remediation.items[index]
            say(item.path, "\(item.outcome ?? .unknown): \(item.sentence)")
            guard item.outcome == .corrected else { break }
        }
        try await end(&remediation)
    }

    // MARK: One item

    private func run(_ index: Int, of remediation: inout Remediation) async throws(ItemEnd) {
        let plan = remediation.plan.items[index]
        if remediation.items[index].step != .waiting { try await endWhereRemoved(plan) }
        if remediation.items[index].step == .waiting || remediation.items[index].step == .reading {
            try await enter(.reading, index, &remediation)
            try await read(plan, index, &remediation)
            if let reason = try await freezeReason() {
                remediation.items[index].step = .waiting
                throw .interrupted(reason)
            }
        }
        if remediation.items[index].step == .reading || remediation.items[index].step == .draining {
            let isTakenUp = remediation.items[index].step == .draining
            try await enter(.draining, index, &remediation)
            try await drain(plan, index, &remediation, again: isTakenUp)
        }
        var record: CorrectionRecord?
        if [.correcting, .verifying, .finishing].contains(remediation.items[index].step) {
            record = try await takenUp(plan, index, &remediation)
        } else if remediation.items[index].step == .draining {
            try await refuseWhereFrozen()
        }
        if remediation.items[index].step == .draining || remediation.items[index].step == .correcting {
            try await enter(.correcting, index, &remediation)
        }
        if [.correcting, .verifying, .finishing].contains(remediation.items[index].step) {
            let found: CorrectionRecord
            if let record { found = record } else { found = try await correct(plan, index, remediation) }
            record = found
            if found.phase == .ended { throw conclude(found, plan, remediation.items[index]) }
        }
        if remediation.items[index].step == .correcting || remediation.items[index].step == .verifying {
            try await enter(.verifying, index, &remediation)
            let judgement = try await verify(plan, remediation.items[index])
            remediation.items[index].verification = judgement.verification
            remediation.items[index].sentence = judgement.sentence
            say(plan.path, "checked: \(judgement.verification), \(judgement.sentence)")
        }
        if remediation.items[index].step == .verifying || remediation.items[index].step == .finishing {
            try await enter(.finishing, index, &remediation)
            let ended = try await finish(plan, remediation.items[index], record)
            throw conclude(ended, plan, remediation.items[index])
        }
    }

    /// Fresh reports, just before the first touch: never act on an old one.
    private func read(_ plan: PlanItem, _ index: Int, _ remediation: inout Remediation) async throws(ItemEnd) {
        let rows: [HostRow]
        let open: [Finding]
        do throws(APIError) {
            let hosts = Set([plan.host] + plan.drains.map(\.host) + (plan.verifyInside.map { [$0] } ?? []))
            rows = try await controller.sweep(SweepRequest(paths: hosts.sorted()))
            open = try await controller.findings(path: plan.path, resolved: false)
            if let inside = plan.verifyInside {
                remediation.items[index].bootIDBefore = try await controller.host(inside).report?.host.bootID.value
            }
        } catch {
            throw .refused(error.sentence, remedy: error.remedy)
        }
        if let row = rows.first(where: { $0.path == plan.host && $0.health.state != .ok }) {
            throw .refused("its host can't be read: \(row.health.sentence)", remedy: row.health.remedy)
        }
        let identity: Set<FindingKind> = [.guestMoved, .clone, .falseClaim]
        if let conflict = open.first(where: { $0.path == plan.path && identity.contains($0.kind) }) {
            throw .refused(conflict.sentence, remedy: conflict.remedy)
        }
        let cause: (sentence: String, remedy: String)?
        do throws(APIError) {
            cause = try await controller.whyNoLonger(plan)
        } catch {
            throw .refused(error.sentence, remedy: error.remedy)
        }
        if let cause { throw .refused(cause.sentence, remedy: cause.remedy) }
    }

    /// A host that somebody removed while its remediation waited can be asked by nobody, and an end that waits for ever
    /// would hold up every other remediation.
    private func endWhereRemoved(_ plan: PlanItem) async throws(ItemEnd) {
        for host in [plan.host] + plan.drains.map(\.host) {
            do throws(APIError) {
                _ = try await controller.way(to: host)
            } catch  where error.code == "host-unknown" || error.code == "parent-unknown" {
                throw .ended(
                    .failed, "'\(host)' was removed from the fleet",
                    remedy: "its agent settles by itself what it had begun; look at '\(host)'")
            } catch {
                throw .interrupted("the way to '\(host)' is not known: \(error.sentence)")
            }
        }
    }

    /// After a start of the controller in this step: nobody knows for how long it was down. Where the agent has the
    /// correction it goes on; where it has not, the guests inside may have been started again meanwhile, and are
    /// stopped first or nothing is done.
    private func takenUp(
        _ plan: PlanItem, _ index: Int, _ remediation: inout Remediation
    ) async throws(ItemEnd) -> CorrectionRecord? {
        do throws(ItemEnd) {
            return try await conversation.recall(
                remediation.items[index].correction, on: plan.host, deadline: wholeDeadline(plan)
            ) { $0.phase == .awaitingVerdict }
        } catch .absent where remediation.items[index].step == .correcting {
            try await refuseWhereFrozen()
            try await drain(plan, index, &remediation, again: true)
            return nil
        }
    }

    /// A freeze between two steps: nothing more starts, and what was stopped inside is started again.
    private func refuseWhereFrozen() async throws(ItemEnd) {
        if let reason = try await freezeReason() { throw .refused(reason, remedy: "nestor unfreeze, then nestor plan") }
    }

    private func freezeReason() async throws(ItemEnd) -> String? {
        do throws(APIError) {
            return try await reasonToWait()
        } catch {
            throw .interrupted("whether the fleet is frozen can't be told: \(error.sentence)")
        }
    }

    /// - Parameter again: the drains were sent before this controller started: their holds are prolonged, so that none
    ///   runs out under what follows.
    private func drain(
        _ plan: PlanItem, _ index: Int, _ remediation: inout Remediation, again: Bool
    ) async throws(ItemEnd) {
        for (number, step) in plan.drains.enumerated() {
            let request = CorrectionRequest(
                id: remediation.items[index].drains[number], verb: .drainGuests, guests: step.guests,
                shutdownSeconds: plan.rules.shutdownSeconds, startSeconds: seconds(environment.settings.startDeadline),
                holdSeconds: holdSeconds(plan))
            say(step.host, "draining: \(step.guests.count) guest\(step.guests.count == 1 ? "" : "s")")
            let record = try await settle(request, on: step.host, remediation) { $0.phase == .holding }
            guard record.phase == .holding else {
                throw .ended(
                    .failed, "'\(step.host)' could not be drained: \(printable(record.sentence))",
                    remedy: printable(record.remedy))
            }
            if again {
                try await conversation.renew(
                    request.id, on: step.host, holdSeconds: holdSeconds(plan), deadline: wholeDeadline(plan))
            }
        }
    }

    private func correct(
        _ plan: PlanItem, _ index: Int, _ remediation: Remediation
    ) async throws(ItemEnd) -> CorrectionRecord {
        let request = CorrectionRequest(
            id: remediation.items[index].correction, verb: .setGuest, guest: plan.uuid, change: plan.change,
            definitionDigest: plan.definitionDigest, consent: plan.rules.consent,
            shutdownSeconds: plan.rules.shutdownSeconds, startSeconds: seconds(environment.settings.startDeadline),
            holdSeconds: seconds(environment.settings.startDeadline) + 60)
        return try await settle(request, on: plan.host, remediation) { $0.phase == .awaitingVerdict }
    }

    /// Asks the guest's own agent, until it answers from a new boot or the time for a start is over.
    private func verify(_ plan: PlanItem, _ item: RemediationItem) async throws(ItemEnd) -> (
        verification: Verification, sentence: String
    ) {
        guard let inside = plan.verifyInside else {
            return (.hostOnly, "it has no agent: verified from its host only")
        }
        say(inside, "waiting for its agent, to check the change inside")
        // What was open to it ended with its restart, and may not know that yet.
        await controller.sessions.drop(inside)
        let end = ContinuousClock.now + environment.settings.startDeadline
        var last: (verification: Verification, sentence: String) = (.inconclusive, "its agent did not answer in time")
        repeat {
            await controller.readAndStore(inside)
            let view: HostView
            do throws(APIError) {
                view = try await controller.host(inside)
            } catch {
                throw .interrupted("what '\(inside)' reports can't be told: \(error.sentence)")
            }
            if view.health.state == .ok, let report = view.report {
                let judgement = Judgement(of: plan.change, bootIDBefore: item.bootIDBefore, report: report)
                last = (judgement.verification, judgement.sentence)
                // A boot from before is answered while the guest has not gone down yet, or never will.
                if judgement.verification != .inconclusive { return last }
            } else {
                last = (.inconclusive, "its agent does not answer: \(view.health.sentence)")
            }
            do {
                try await environment.clock.sleep(for: .seconds(1))
            } catch {
                return last  // the controller stops: the step is done again after its next start
            }
        } while ContinuousClock.now < end
        return last
    }

    private func finish(
        _ plan: PlanItem, _ item: RemediationItem, _ record: CorrectionRecord?
    ) async throws(ItemEnd) -> CorrectionRecord {
        try throwIfStopping()
        let verdict = Judgement.verdict(on: item.verification ?? .inconclusive, of: plan.change)
        say(plan.path, verdict == .commit ? "keeping the change" : "taking the change back")
        return try await conversation.finish(item.correction, verdict, on: plan.host, deadline: wholeDeadline(plan))
    }

    /// Starts again what was drained, the outer hosts first. What can't be started is told, and is the hold's to start.
    private func release(_ index: Int, of remediation: inout Remediation) async {
        let plan = remediation.plan.items[index]
        guard !plan.drains.isEmpty, remediation.items[index].step != .waiting, remediation.items[index].step != .reading
        else { return }
        remediation.items[index].step = .releasing
        try? await store(remediation)
        for (number, step) in plan.drains.enumerated().reversed() {
            say(step.host, "starting again what ran")
            do throws(ItemEnd) {
                let record = try await conversation.finish(
                    remediation.items[index].drains[number], .commit, on: step.host, deadline: wholeDeadline(plan))
                // What was refused was never stopped, and is told already.
                if record.outcome != .committed && record.outcome != .refused {
                    note(
                        &remediation, index, "in '\(step.host)': \(printable(record.sentence))",
                        printable(record.remedy))
                }
            } catch .absent {
                continue  // it was never sent: the item ended before
            } catch {
                note(
                    &remediation, index, "'\(step.host)' could not be told to start its guests (\(error.sentence))",
                    "it starts them by itself within \(holdSeconds(plan)) s of its drain")
            }
        }
    }

    private func note(_ remediation: inout Remediation, _ index: Int, _ sentence: String, _ remedy: String) {
        remediation.items[index].sentence += "; \(sentence)"
        if !remedy.isEmpty { remediation.items[index].remedy = remedy }
        // Guests that need KVM can't start where it was just hidden: that is what was asked for, and is told.
        let hides = remediation.plan.items[index].change.exposure == false
        if remediation.items[index].outcome == .corrected && !hides { remediation.items[index].outcome = .failed }
    }

    private func end(_ remediation: inout Remediation) async throws(APIError) {
        for index in remediation.items.indices where remediation.items[index].outcome == nil {
            remediation.items[index].outcome = .skipped
            remediation.items[index].sentence = "the remediation stopped before it"
        }
        let corrected = remediation.items.count { $0.outcome == .corrected }
        remediation.state = corrected == remediation.items.count ? .succeeded : .failed
        remediation.sentence = "\(corrected) of \(remediation.items.count) corrected"
        remediation.endedAt = environment.now()
        let ended = remediation
        let (now, rule) = (environment.now(), environment.settings.drift.retry)
        // In one transaction: a failure whose stop of enforcement was lost would let it go on.
        try await controller.record { (work) throws(StoreFailure) in
            try work.put(remediation: ended)
            try work.note(outcomeOf: ended, at: now, rule)
        }
        let roots = Set(remediation.items.map(\.path.root))
        let hosts = try await controller.hosts().map(\.path).filter { roots.contains($0.root) }
        _ = try await controller.sweep(SweepRequest(paths: hosts))
    }

    // MARK: Parts

    private var conversation: CorrectionConversation {
        CorrectionConversation(controller: controller, environment: environment, remediation: id)
    }

    /// Sends a correction, with its audit record first, and follows it until it waits or ended.
    private func settle(
        _ request: CorrectionRequest, on host: NodePath, _ remediation: Remediation,
        until waits: @Sendable (CorrectionRecord) -> Bool
    ) async throws(ItemEnd) -> CorrectionRecord {
        try throwIfStopping()
        let index = remediation.items.firstIndex { $0.correction == request.id || $0.drains.contains(request.id) } ?? 0
        do throws(APIError) {
            try await controller.change(
                Requester(name: remediation.requestedBy), "correction.send", request.id,
                detail: "\(request.verb) on \(host): \(remediation.plan.items[index].steps.joined(separator: "; "))"
            ) { (_) throws(StoreFailure) in }
        } catch {
            throw .refused("it could not be recorded: \(error.sentence)", remedy: error.remedy)
        }
        return try await conversation.settle(
            request, on: host, deadline: wholeDeadline(remediation.plan.items[index]), until: waits)
    }

    private func conclude(_ record: CorrectionRecord, _ plan: PlanItem, _ item: RemediationItem) -> ItemEnd {
        let said = printable(record.sentence)
        switch record.outcome {
        case .committed where item.verification == nil && item.step == .correcting:
            return .ended(.corrected, said.isEmpty ? "done" : said, remedy: "")
        case .committed where item.verification == .passed || item.verification == .hostOnly:
            return .ended(.corrected, item.sentence, remedy: "")
        case .committed, .kept:
            return .ended(
                .unverified,
                "the change holds, and the check inside says: \(item.verification ?? .inconclusive) (\(item.sentence))",
                remedy: "look inside '\(plan.path)'; nothing was taken back")
        case .rolledBack:
            return .ended(.rolledBack, said.isEmpty ? item.sentence : said, remedy: printable(record.remedy))
        case .refused: return .ended(.refused, said, remedy: printable(record.remedy))
        default: return .ended(.failed, said, remedy: printable(record.remedy))
        }
    }

    private func enter(_ step: RemediationStep, _ index: Int, _ remediation: inout Remediation) async throws(ItemEnd) {
        try throwIfStopping()
        remediation.items[index].step = step
        do throws(APIError) {
            try await store(remediation)
        } catch {
            throw .interrupted("it could not be journalled: \(error.sentence)")
        }
    }

    private func store(_ remediation: Remediation) async throws(APIError) {
        try await controller.record { (work) throws(StoreFailure) in try work.put(remediation: remediation) }
    }

    private func reasonToWait() async throws(APIError) -> String? {
        try await controller.currentFreeze().map { "the fleet is frozen: \($0.reason) (\($0.by))" }
    }

    /// The journal keeps `running`, so that the next start of the controller takes it up again.
    private func throwIfStopping() throws(ItemEnd) {
        if Task.isCancelled { throw .stopping }
    }

    private func say(_ path: NodePath, _ sentence: String) {
        controller.progress.send(remediation: id, path: path, sentence)
        environment.log.info("remediation", ["remediation": id, "path": "\(path)", "step": sentence])
    }

    private func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }

    /// A drain's dead-man time outlasts all that can happen above it, going back included.
    private func holdSeconds(_ plan: PlanItem) -> Int {
        let start = seconds(environment.settings.startDeadline)
        return plan.rules.shutdownSeconds * (plan.drains.count + 2) + start * 3 + 120
    }

    private func wholeDeadline(_ plan: PlanItem) -> Duration { .seconds(holdSeconds(plan)) }
}

/// How one item came to its end.
enum ItemEnd: Error {
    case ended(RemediationOutcome, String, remedy: String)
    /// It waits for a person.
    case interrupted(String)
    /// The agent holds no such correction.
    case absent(String)
    /// The controller stops; its next start goes on.
    case stopping

    static func refused(_ sentence: String, remedy: String) -> ItemEnd { .ended(.refused, sentence, remedy: remedy) }

    var sentence: String {
        switch self {
        case .ended(_, let sentence, _), .interrupted(let sentence), .absent(let sentence): sentence
        case .stopping: "the controller stops"
        }
    }
}
