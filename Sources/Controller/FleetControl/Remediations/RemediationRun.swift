import ControllerAPI
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

/// Drives one remediation: asks `RolloutDecision` what comes next, and does it. Each item runs by itself; all that must
/// not be forgotten is in the journal.
struct RemediationRun {
    let controller: FleetController
    let environment: FleetEnvironment
    let id: String
    private let journal: RemediationJournal

    /// What it waits for.
    enum Event: Sendable {
        /// Something may have changed: a person's word, a freeze, a window, the time.
        case nudge
        case ended(Int, ItemResult)
    }

    /// What became of one item's work.
    enum ItemResult: Sendable {
        /// It has its outcome, and that is journalled.
        case done
        /// It waits again, and nothing of it was done.
        case postponed
        case interrupted(String)
        /// It can't be journalled.
        case broken(APIError)
        case stopping
    }

    /// Takes up a stored remediation, with the times that its orders were made with.
    init(controller: FleetController, environment: FleetEnvironment, id: String) async throws(APIError) {
        self.controller = controller
        self.id = id
        journal = RemediationJournal(controller: controller, id: id)
        var environment = environment
        let remediation = try await journal.read()
        if let seconds = remediation.startSeconds { environment.settings.startDeadline = .seconds(seconds) }
        self.environment = environment
    }

    func run() async throws(APIError) {
        let (events, teller) = AsyncStream.makeStream(of: Event.self)
        await controller.listen(id) { teller.yield(.nudge) }
        let fault = await withTaskGroup(of: Void.self) { group in
            let fault = await loop(events, teller, &group)
            // Timers only: an item that works is waited for below, whatever happened.
            group.cancelAll()
            return fault
        }
        await controller.stopListening(id)
        if let fault { throw fault }
    }

    // MARK: The loop

    private func loop(
        _ events: AsyncStream<Event>, _ teller: AsyncStream<Event>.Continuation, _ group: inout TaskGroup<Void>
    ) async -> APIError? {
        var iterator = events.makeAsyncIterator()
        var motion: Set<Int> = []
        var interruption: String?
        var fault: APIError?
        var alarm: Date?
        var isAborted = false
        while true {
            if fault == nil {
                do throws(APIError) {
                    let (step, asked) = try await step(motion, interruption)
                    if asked?.word == .abort, !isAborted {
                        // What waited for a person is tried once more, and given up where it still can't be done.
                        (isAborted, interruption) = (true, nil)
                        continue
                    }
                    switch step {
                    case .start(let indexes):
                        let remediation = try await journal.read()
                        for index in indexes {
                            motion.insert(index)
                            let item = ItemRun(run: self, remediation: remediation, index: index, journal: journal)
                            group.addTask { teller.yield(.ended(index, await item.run())) }
                        }
                        continue
                    case .soak(let wave, let until):
                        if try await watch(wave, until: until) { continue }
                        alarm = set(alarm: min(until, look), after: alarm, teller, &group)
                    case .wait(let until, let sentence):
                        try await tell(sentence, until: until)
                        if let until { alarm = set(alarm: until, after: alarm, teller, &group) }
                    case .interrupt:
                        if try await interrupt(motion, interruption) { return nil }
                        interruption = nil
                        continue
                    case .end:
                        try await end()
                        return nil
                    }
                } catch {
                    fault = error
                }
            }
            // What works is waited for even where the journal can't be written: each ends by itself.
            if fault != nil, motion.isEmpty { return fault }
            guard let event = await iterator.next() else { return fault }
            guard case .ended(let index, let result) = event else { continue }
            motion.remove(index)
            switch result {
            case .done, .postponed: break
            case .interrupted(let sentence): interruption = interruption ?? sentence
            case .broken(let error): fault = fault ?? error
            case .stopping: return fault
            }
        }
    }

    /// What comes next, and the person's word that it was decided under.
    private func step(
        _ motion: Set<Int>, _ interruption: String?
    ) async throws(APIError) -> (RolloutDecision.Step, RemediationAsk?) {
        let decide = decision(motion, interruption)
        return try await controller.read { (work) throws(StoreFailure) in
            let (decision, remediation) = try decide(work)
            return (decision.step, remediation.asked)
        }
    }

    /// What decides, over what is stored in the moment of a transaction.
    private func decision(
        _ motion: Set<Int>, _ interruption: String?
    ) -> @Sendable (any FleetReading) throws(StoreFailure) -> (RolloutDecision, Remediation) {
        let (id, now) = (id, environment.now())
        let seconds = Int(environment.settings.startDeadline.components.seconds)
        return { (work) throws(StoreFailure) in
            let remediation = try work.storedRemediation(id)
            let hasLimits = remediation.rollout?.parallelPer.isEmpty == false
            let ground = try StartingGround(
                work, about: remediation.plan.items, now: now, withLabels: hasLimits)
            let decision = RolloutDecision(
                remediation, inMotion: motion, interruption: interruption, now: now, mayWait: !remediation.isEnforced,
                labels: { ground.labels(of: $0.host) }, whyFrozen: ground.whyFrozen,
                opening: { ground.opening(of: $0, startSeconds: seconds) })
            return (decision, remediation)
        }
    }

    /// Rings once at that moment, or a while before: clocks are set, and machines sleep.
    private func set(
        alarm date: Date, after last: Date?, _ teller: AsyncStream<Event>.Continuation, _ group: inout TaskGroup<Void>
    ) -> Date {
        let now = environment.now()
        if let last, last == date, last > now { return last }
        let wait = min(max(date.timeIntervalSince(now), 0.1), 600)
        let clock = environment.clock
        group.addTask {
            try? await clock.sleep(for: .seconds(wait))
            teller.yield(.nudge)
        }
        return wait < 600 ? date : now
    }

    /// While a wave is watched its hosts are read so often.
    private var look: Date { environment.now().addingTimeInterval(30) }

    // MARK: What is journalled

    private func tell(_ sentence: String, until: Date?) async throws(APIError) {
        guard !sentence.isEmpty else { return }
        let stored = try await journal.read()
        guard stored.sentence != sentence || stored.waitsUntil != until else { return }
        try await journal.write { ($0.sentence, $0.waitsUntil) = (sentence, until) }
        controller.progress.send(
            remediation: id, until.map { "\(sentence), until \($0.formatted(.iso8601))" } ?? sentence)
    }

    /// - Returns: false where somebody said something else meanwhile, such as resume right after pause, or unfreeze: it
    ///   goes on.
    private func interrupt(_ motion: Set<Int>, _ interruption: String?) async throws(APIError) -> Bool {
        // Decided once more and written in one transaction: no word falls between the two.
        let decide = decision(motion, interruption)
        return try await controller.record { (work) throws(StoreFailure) in
            var (decision, remediation) = try decide(work)
            guard case .interrupt(let sentence) = decision.step else { return false }
            remediation.state = .interrupted
            remediation.sentence = sentence
            remediation.waitsUntil = nil
            try work.put(remediation: remediation)
            return true
        }
    }

    /// Looks at the guests of a wave and of those before it, and lets the next one begin when its time has come.
    /// - Returns: whether that is so.
    private func watch(_ wave: Int, until: Date) async throws(APIError) -> Bool {
        let now = environment.now()
        var remediation = try await journal.read()
        if remediation.soak?.wave != wave {
            let count = (remediation.rollout ?? Rollout()).waves(of: remediation.items.count).count
            let sentence = "wave \(wave + 1) of \(count) is watched"
            remediation = try await journal.write { remediation in
                remediation.soak = Soak(wave: wave, since: now)
                remediation.sentence = sentence
                remediation.waitsUntil = until
            }
            controller.progress.send(remediation: id, "\(sentence) until \(until.formatted(.iso8601))")
        }
        let regressed = try await controller.regressed(remediation, strictly: now >= until)
        if !regressed.isEmpty {
            try await journal.write { remediation in
                for (index, sentence) in regressed {
                    remediation.items[index].outcome = .regressed
                    remediation.items[index].sentence = sentence
                    remediation.items[index].remedy = "look at '\(remediation.items[index].path)'"
                }
            }
            for (index, sentence) in regressed {
                controller.progress.send(remediation: id, path: remediation.items[index].path, sentence)
            }
            return true
        }
        guard now >= until else { return false }
        try await journal.write { remediation in
            remediation.wavesDone = wave + 1
            remediation.soak = nil
            remediation.waitsUntil = nil
            remediation.sentence = ""
        }
        return true
    }

    private func end() async throws(APIError) {
        let id = id
        let (now, rule) = (environment.now(), environment.settings.drift.retry)
        // In one transaction: a failure that enforcement forgot would let it go on.
        let remediation = try await controller.record { (work) throws(StoreFailure) in
            var remediation = try work.storedRemediation(id)
            remediation.end(at: now)
            try work.put(remediation: remediation)
            try work.note(outcomeOf: remediation, at: now, rule)
            if let reason = remediation.stopsEnforcement { try work.put(reason, as: .enforcementStopped) }
            return remediation
        }
        let roots = Set(remediation.items.map(\.path.root))
        let hosts = try await controller.read { (work) throws(StoreFailure) in
            var hosts: [NodePath] = []
            for root in roots.sorted() { hosts += try work.enrolledHosts(inTreeOf: root).map(\.path) }
            return hosts
        }
        // No paths would mean all.
        guard !hosts.isEmpty else { return try await controller.evaluate() }
        try await controller.readHosts(SweepRequest(paths: hosts))
    }
}

extension Remediation {
    /// What has not begun is skipped; then it has ended.
    mutating func end(at now: Date) {
        let aborted = asked?.word == .abort
        // What could not start now is found, and begun, again.
        let isLater = isEnforced && !aborted && failures <= (rollout ?? Rollout()).budget(of: items.count)
        let why =
            aborted
            ? "aborted by \(asked?.by ?? "") before it began"
            : isLater ? "it could not start now, and is enforced when it can" : "the remediation stopped before it"
        for index in items.indices where items[index].outcome == nil {
            items[index].outcome = .skipped
            items[index].sentence = why
        }
        let corrected = items.count { $0.outcome == .corrected }
        state = corrected == items.count ? .succeeded : aborted ? .aborted : .failed
        sentence = "\(corrected) of \(items.count) corrected"
        if isLater, failures == 0, corrected > 0, corrected < items.count {
            state = .succeeded
            sentence += ", the others when they can start"
        }
        if state == .aborted, let asked { sentence += ", aborted by \(asked.by)" }
        waitsUntil = nil
        soak = nil
        endedAt = now
    }

    /// Whether policies asked for it, and no person.
    var isEnforced: Bool { requestedBy.hasPrefix(Requester.enforcing) }

    /// Why nothing is corrected by itself any more; nil where nothing went wrong.
    var stopsEnforcement: String? {
        guard state == .aborted, isEnforced else { return nil }
        return "remediation \(id) was aborted by \(asked?.by ?? "")"
    }
}
