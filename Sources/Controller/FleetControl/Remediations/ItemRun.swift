import ControllerAPI
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

/// Drives one item of a remediation step by step, each journalled in the store before it begins.
///
/// Every step may be done again after a crash: the agents know corrections by their ids and run none twice.
struct ItemRun: Sendable {
    let controller: FleetController
    let environment: FleetEnvironment
    let id: String
    let requestedBy: String
    let index: Int
    let plan: PlanItem
    let journal: RemediationJournal
    let outsideWindows: Bool
    let rollsBack: Bool
    let isEnforced: Bool
    let ofItsFindingsAlone: Bool
    var item: RemediationItem

    init(run: RemediationRun, remediation: Remediation, index: Int, journal: RemediationJournal) {
        controller = run.controller
        environment = run.environment
        id = run.id
        requestedBy = remediation.requestedBy
        self.index = index
        plan = remediation.plan.items[index]
        self.journal = journal
        outsideWindows = remediation.outsideWindows == true
        rollsBack = remediation.rollsBack != nil
        isEnforced = remediation.isEnforced
        ofItsFindingsAlone = remediation.selection?.dividesNodes == true
        item = remediation.items[index]
    }

    func run() async -> RemediationRun.ItemResult {
        var copy = self
        return await copy.drive()
    }

    private mutating func drive() async -> RemediationRun.ItemResult {
        // An item that has its outcome was cut off while its guests were being started again.
        if item.outcome == nil {
            do throws(ItemEnd) {
                try await work()
            } catch {
                switch error {
                case .stopping: return .stopping
                case .postponed: return await waitAgain()
                case .interrupted(let sentence):
                    guard await controller.isAborted(id) else { return .interrupted(sentence) }
                    giveUp(sentence)
                case .ended(let outcome, let sentence, let remedy):
                    item.outcome = outcome
                    item.sentence = sentence
                    item.remedy = remedy
                case .absent(let sentence):
                    item.outcome = .failed
                    item.sentence = sentence
                }
            }
        }
        await release()
        if Task.isCancelled { return .stopping }
        item.step = .done
        do throws(APIError) {
            try await store()
        } catch {
            return .broken(error)
        }
        say(item.path, "\(item.outcome ?? .unknown): \(item.sentence)")
        return .done
    }

    /// - Throws: always how it ended, or why it stands.
    private mutating func work() async throws(ItemEnd) {
        // What an earlier run of the controller had begun: nobody knows for how long it was down.
        let isTakenUp = item.step != .waiting && item.step != .reading
        if item.step != .waiting { try await endWhereRemoved() }
        if item.step == .draining || item.step == .correcting, try await isUntouched() { throw .postponed }
        if !isTakenUp {
            try await enter(.reading)
            try await read()
            try await waitWhereHeld()
        }
        if item.step == .reading || item.step == .draining {
            if isTakenUp { try await refuseWhereHeld(since: Self.wasDown) }
            try await enter(.draining)
            try await drain(again: isTakenUp)
        }
        var record: CorrectionRecord?
        if [.correcting, .verifying, .finishing].contains(item.step) {
            record = try await takenUp()
        } else if item.step == .draining {
            try await refuseWhereHeld()
        }
        if item.step == .draining || item.step == .correcting { try await enter(.correcting) }
        if [.correcting, .verifying, .finishing].contains(item.step) {
            let found: CorrectionRecord
            if let record { found = record } else { found = try await correct() }
            record = found
            if found.phase == .ended { throw conclude(found) }
        }
        if item.step == .correcting || item.step == .verifying {
            try await enter(.verifying)
            let judgement = try await verify(restarted: record?.restarted)
            item.verification = judgement.verification
            item.sentence = judgement.sentence
            say(plan.path, "checked: \(judgement.verification), \(judgement.sentence)")
        }
        if item.step == .verifying || item.step == .finishing {
            try await enter(.finishing)
            throw conclude(try await finish())
        }
    }

    /// Nothing of it was done: the journal has it as one that never began.
    private mutating func waitAgain() async -> RemediationRun.ItemResult {
        do throws(ItemEnd) {
            try await enter(.waiting)
            return .postponed
        } catch .stopping {
            return .stopping
        } catch {
            return .interrupted(error.sentence)
        }
    }

    /// Somebody who aborts does not wait for a host that can't be asked, and is told what its agent will do alone.
    private mutating func giveUp(_ sentence: String) {
        let alone =
            switch item.step {
            case .waiting, .reading: "nothing of it was done"
            case .draining: "nothing was changed; what it stopped starts again by itself within \(holdSeconds) s"
            default:
                "its agent settles it alone: it ends what it began, keeps a change that nobody judges within "
                    + "\(verdictSeconds) s as unverified, and what ran starts again within \(holdSeconds) s"
            }
        item.outcome = .failed
        item.sentence = "given up by abort (\(sentence)); \(alone)"
        item.remedy = "look at '\(plan.path)' when '\(plan.host)' can be read again"
    }

    // MARK: What speaks against it

    /// A host that somebody removed while its remediation waited can be asked by nobody, and an end that waits for ever
    /// would hold up every other remediation.
    private func endWhereRemoved() async throws(ItemEnd) {
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

    /// Nothing of it was done yet: it waits again, and the run decides what that means.
    func waitWhereHeld() async throws(ItemEnd) {
        let hold = try await hold()
        guard hold.aborted != nil || hold.paused || hold.frozen != nil || hold.isClosed else { return }
        if let by = hold.aborted { throw .ended(.skipped, "aborted by \(by) before it began", remedy: "") }
        throw .postponed
    }

    /// A freeze or an abort between two steps: nothing more starts, and what was stopped inside is started again.
    /// - Parameter since: what took so long that its window may have closed; nil where nothing did.
    func refuseWhereHeld(since cause: String? = nil) async throws(ItemEnd) {
        let hold = try await hold()
        if let by = hold.aborted { throw .ended(.skipped, "aborted by \(by) before it was changed", remedy: "") }
        if let reason = hold.frozen { throw .refused(reason, remedy: "nestor unfreeze, then nestor plan") }
        guard let cause, hold.isClosed else { return }
        throw .refused("its maintenance window closed while \(cause)", remedy: "nestor plan")
    }

    static let wasDown = "the controller was down"

    private func hold() async throws(ItemEnd) -> (aborted: String?, paused: Bool, frozen: String?, isClosed: Bool) {
        let (id, now) = (id, environment.now())
        do throws(APIError) {
            let (asked, ground) = try await controller.read { [plan] (work) throws(StoreFailure) in
                (try work.storedRemediation(id).asked, try StartingGround(work, about: [plan], now: now))
            }
            let opening = outsideWindows ? .now : ground.opening(of: plan, startSeconds: startSeconds)
            return (
                asked?.word == .abort ? asked?.by : nil, asked?.word == .pause, ground.whyFrozen(plan), opening != .now
            )
        } catch {
            throw .interrupted("whether it may go on can't be told: \(error.sentence)")
        }
    }

    // MARK: Parts

    mutating func enter(_ step: RemediationStep) async throws(ItemEnd) {
        try throwIfStopping()
        item.step = step
        do throws(APIError) {
            try await store()
        } catch {
            throw .interrupted("it could not be journalled: \(error.sentence)")
        }
    }

    func store() async throws(APIError) {
        let (index, item) = (index, item)
        try await journal.write { remediation in
            remediation.items[index] = item
            // It waits no longer.
            if item.step == .reading { (remediation.sentence, remediation.waitsUntil) = ("", nil) }
        }
    }

    /// The journal keeps `running`, so that the next start of the controller takes it up again.
    func throwIfStopping() throws(ItemEnd) {
        if Task.isCancelled { throw .stopping }
    }

    func say(_ path: NodePath, _ sentence: String) {
        controller.progress.send(remediation: id, path: path, sentence)
        environment.log.info("remediation", ["remediation": id, "path": "\(path)", "step": sentence])
    }

    var startSeconds: Int { Int(environment.settings.startDeadline.components.seconds) }
    /// A drain's dead-man time outlasts all that can happen above it, going back included.
    var holdSeconds: Int { plan.wholeSeconds(startSeconds: startSeconds) }
    var wholeDeadline: Duration { .seconds(holdSeconds) }
    /// How long an agent keeps a change that nobody has judged.
    var verdictSeconds: Int { startSeconds + 60 }

    var conversation: CorrectionConversation {
        CorrectionConversation(
            controller: controller, environment: environment, remediation: id,
            subject: (correction: item.correction, guest: plan.path))
    }
}
