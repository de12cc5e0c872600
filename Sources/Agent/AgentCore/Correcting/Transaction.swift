import AgentWire
import NestingModel

/// The decisions of one correction: from its journal, what is seen and the time to the next step. Pure, so that a
/// worker that was killed decides the same again.
///
/// Every step looks at what is, never at what was meant: an action whose effect is seen is not run again.
package struct Transaction {
    package var entry: JournalEntry
    let seen: Observation
    let now: BootInstant

    package init(_ entry: JournalEntry, seeing seen: Observation, at now: BootInstant) {
        self.entry = entry
        self.seen = seen
        self.now = now
    }

    /// Seconds between two looks at a guest that is on its way down or up.
    static let look = 0.25
    /// Seconds between two requests to the same guest to shut down: some miss the first, before they listen.
    static let askAgain = 10.0
    /// Seconds between two tries to start a guest: a guest that somebody else starts is seen before.
    static let startAgain = 2.0
    /// Seconds between two tries to reach the hypervisor, and how long a correction that has not begun waits for it,
    /// and any for a definition that can't be read.
    static let reach = 1.0
    static let reachSeconds = 30
    /// Starts that may fail within a deadline, and writes of a definition that do not show.
    static let tries = 3

    /// The next step.
    package mutating func next() -> TransactionStep {
        if let lost = seen.unreachable { return waitForHypervisor(lost) }
        if unread == nil { entry.reading = nil }
        switch entry.record.phase {
        case .queued: return begin()
        case .checking:
            if let unread { return waitForHypervisor(unread) }
            return check()
        case .defining: return define()
        case .stopping: return entry.request.verb == .drainGuests ? drain() : stop()
        case .starting: return start()
        case .awaitingVerdict: return awaitVerdict()
        case .rollingBack: return rollBack()
        case .holding: return hold()
        case .releasing: return release()
        case .ended, .unknown: return settleDuties()
        }
    }

    /// A hypervisor that can't be asked is no failure of a correction that has begun: it goes on when it answers.
    private mutating func waitForHypervisor(_ lost: ProviderFailure) -> TransactionStep {
        guard entry.record.phase == .checking else { return TransactionStep(entry, pause: Self.reach) }
        guard let deadline = entry.deadline else {
            entry.deadline = self.deadline(Self.reachSeconds)
            return TransactionStep(entry, pause: Self.reach)
        }
        guard deadline.isOver(at: now) else { return TransactionStep(entry, pause: Self.reach) }
        return refuse(
            GuestRefusals.refused(.hypervisorUnreachable, lost.sentence.shown, remedy: lost.remedy))
    }

    private mutating func begin() -> TransactionStep {
        enter(.checking, "looks at the guest as it is now")
        return TransactionStep(entry)
    }
}

// MARK: Words that all verbs share

extension Transaction {
    mutating func enter(_ phase: CorrectionPhase, _ sentence: String) {
        entry.record.phase = phase
        entry.record.sentence = sentence
        entry.record.owesStart = entry.duties.contains(where: \.owesStart)
        entry.defines = 0
        entry.reading = nil
        entry.trail.append(entry.record)
    }

    mutating func end(_ ending: Ending) -> TransactionStep {
        entry.record.outcome = ending.outcome
        entry.record.code = ending.code
        entry.record.remedy = ending.remedy
        entry.before = nil
        entry.deadline = nil
        entry.hold = nil
        enter(.ended, ending.sentence)
        return TransactionStep(entry)
    }

    mutating func refuse(_ refusal: Ending) -> TransactionStep { end(refusal) }

    func deadline(_ seconds: Int) -> BootDeadline { BootDeadline(start: now, seconds: Double(seconds)) }

    func failure(_ code: CorrectionCode, _ sentence: String, remedy: String = "") -> Ending {
        Ending(.failed, code: code.rawValue, sentence, remedy: remedy)
    }

    /// Why what this phase decides by is not known, though the guest is.
    var unread: ProviderFailure? {
        if let unread = seen.unread { return unread }
        let decidesByIt = entry.record.phase == .defining || entry.record.phase == .rollingBack
        guard decidesByIt, seen.definition == nil else { return nil }
        return ProviderFailure(.unexpectedAnswer, "it was not looked at")
    }

    /// Whether what can't be read was waited for long enough.
    mutating func hasWaitedToRead() -> Bool {
        guard let reading = entry.reading else {
            entry.reading = deadline(Self.reachSeconds)
            return false
        }
        return reading.isOver(at: now)
    }

    func run(of guest: GuestReport) -> RunIdentity? {
        guest.run.value.map { RunIdentity(bootID: now.bootID, run: $0) }
    }

    /// Asks a guest to shut down where the last time is long ago; else waits.
    mutating func askToStop(_ index: Int) -> TransactionStep {
        let duty = entry.duties[index]
        if let asked = duty.asked, asked.bootID == now.bootID, now.elapsed(since: asked) < Self.askAgain {
            return TransactionStep(entry, pause: Self.look)
        }
        entry.duties[index].asked = now
        entry.record.owesStart = entry.duties.contains(where: \.owesStart)
        return TransactionStep(entry, .requestShutdown(guest: duty.guest), pause: Self.look)
    }

    /// Starts a guest where the last try is long ago; else waits.
    mutating func tryToStart(_ index: Int, every seconds: Double = Transaction.startAgain) -> TransactionStep {
        let duty = entry.duties[index]
        if let last = duty.lastStart, last.bootID == now.bootID, now.elapsed(since: last) < seconds {
            return TransactionStep(entry, pause: Self.look)
        }
        entry.duties[index].lastStart = now
        entry.duties[index].starts += 1
        entry.duties[index].cannotStart = nil
        return TransactionStep(entry, .start(guest: duty.guest), pause: Self.look)
    }

    /// Notes where the last try to start showed that the host can't run the guest. That try was the latest of all.
    mutating func markWhatCannotStart() {
        guard let failure = seen.failure, failure.code == .startImpossible else { return }
        let tried = entry.duties.indices.filter { entry.duties[$0].lastStart?.bootID == now.bootID }
        let last = tried.max { entry.duties[$0].lastStart?.seconds ?? 0 < entry.duties[$1].lastStart?.seconds ?? 0 }
        if let last, entry.duties[last].owesStart { entry.duties[last].cannotStart = failure.sentence }
    }

    /// Whether a try to start has shown that more of them are of no use.
    func isHopeless(_ duty: GuestDuty) -> Bool {
        guard let failure = seen.failure, duty.starts > 0 else { return false }
        return failure.code == .startImpossible || duty.starts >= Self.tries
    }

    /// The reason that the last try to start failed, for a sentence.
    var lastReason: String { seen.failure.map { ": \($0.sentence)" } ?? "" }
}

extension GuestReport {
    /// Off, whether it went down by itself or crashed: it can be started.
    var isOff: Bool { state == .off || state == .crashed || state == .saved }
    var isRunning: Bool { state == .running || state == .starting || state == .stopping }
    var label: String { "\(name) (\(uuid))".shown }
}
