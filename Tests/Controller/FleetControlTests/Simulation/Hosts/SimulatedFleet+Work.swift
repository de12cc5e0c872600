import AgentWire
import NestingModel

/// How an agent carries an order out: it takes its time, acts by itself, and starts again what it stopped.
///
/// A step acts first and is written down then. A worker that dies between the two acts again after its next start: so
/// every act looks at what is, and does nothing twice.
extension SimulatedFleet {
    private static let stopSeconds = 20
    private static let startSeconds = 15

    func begin(_ request: CorrectionRequest, at host: String) {
        let record = CorrectionRecord(
            id: request.id, verb: request.verb,
            guests: request.verb == .drainGuests ? request.guests : [request.guest ?? ""], phase: .stopping)
        work[request.id] = SimulatedWork(host: host, request: request, record: record)
        order.append(request.id)
        if let known = work[request.id] { began(known) }
        let isBehind = work.values.contains { other in
            other.isOpen && other.host == host && other.request.id != request.id
                && !Set(other.record.guests).isDisjoint(with: record.guests)
        }
        if isBehind { work[request.id]?.record.phase = .queued } else { take(request, at: host) }
    }

    /// Never two that touch the same guest.
    private func take(_ request: CorrectionRequest, at host: String) {
        work[request.id]?.record.phase = .stopping
        switch request.verb == .drainGuests ? takeDrain(request, at: host) : takeSetting(request, at: host) {
        case .end(let outcome, let sentence, let owes): end(request.id, outcome, sentence, owes: owes)
        case .enter, .wait: goOn(request.id)
        }
    }

    private func takeDrain(_ request: CorrectionRequest, at host: String) -> SimulatedStep {
        let paths = request.guests.compactMap { guest($0, on: host) }
        guard paths.count == request.guests.count else { return .end(.refused, "there is no such guest") }
        if paths.contains(where: { guests[$0]?.temper == .refuses }) { return .end(.refused, "a guest is paused") }
        work[request.id]?.stopped = paths.filter { guests[$0]?.running == true }
        return .wait(0)
    }

    private func takeSetting(_ request: CorrectionRequest, at host: String) -> SimulatedStep {
        guard let path = guest(request.guest ?? "", on: host), let guest = guests[path], let change = request.change
        else { return .end(.refused, "there is no such guest") }
        guard guest.digest == request.definitionDigest else { return .end(.refused, "the definition changed") }
        guard guest.temper != .refuses else { return .end(.refused, "it is paused") }
        if guest.isSaved {
            guard request.consent.dropSavedState else { return .end(.refused, "it has a saved state") }
            guests[path]?.isSaved = false
            dropped.append((path, request.id))
        }
        work[request.id]?.before = guest.settings
        guests[path]?.settings.take(change)
        guard guest.running else { return .end(.committed, "defined; it is off") }
        work[request.id]?.stopped = [path]
        return .wait(0)
    }

    // MARK: Steps

    /// Goes on from what is written down.
    func goOn(_ id: String) {
        guard let known = work[id], known.isOpen, !deadWorkers.contains(known.host) else { return }
        let isDrain = known.request.verb == .drainGuests
        switch known.record.phase {
        case .stopping: step(id, in: Self.stopSeconds) { $0.stop(known, then: isDrain ? .holding : .starting) }
        case .starting: step(id, in: Self.startSeconds) { $0.startChanged(known) }
        case .awaitingVerdict:
            step(id, in: known.until - time.elapsed) { _ in .end(.kept, "nobody judged it in time") }
        case .rollingBack:
            step(id, in: Self.stopSeconds + Self.startSeconds) { fleet in
                for path in known.stopped { fleet.stop(path) }
                fleet.restore(known)
                return .end(.rolledBack, "taken back")
            }
        case .holding: step(id, in: known.until - time.elapsed) { _ in .enter(.releasing) }
        case .releasing: step(id, in: Self.startSeconds) { $0.startHeld(known) }
        default: break
        }
    }

    private func step(_ id: String, in seconds: Int, _ act: @escaping (SimulatedFleet) -> SimulatedStep) {
        guard let host = work[id]?.host else { return }
        setAlarm(id, seconds) { fleet in
            let death = fleet.takeDeath(of: host)
            if death?.acted == false { return fleet.kill(workerOf: host, withSessions: death?.withSessions == true) }
            let next = act(fleet)
            if let death { return fleet.kill(workerOf: host, withSessions: death.withSessions) }
            switch next {
            case .enter(let phase): fleet.enter(id, phase)
            case .end(let outcome, let sentence, let owes): fleet.end(id, outcome, sentence, owes: owes)
            case .wait(let seconds): fleet.step(id, in: seconds, act)
            }
        }
    }

    private func stop(_ known: SimulatedWork, then phase: CorrectionPhase) -> SimulatedStep {
        let stubborn = known.stopped.filter { guests[$0]?.temper == .staysUp && guests[$0]?.running == true }
        if !stubborn.isEmpty, !known.request.consent.cutPower {
            let sentence = "\(stubborn[0]) did not shut down in time"
            guard known.request.verb == .drainGuests else { return goBack(known, sentence, .failed) }
            work[known.request.id]?.fault = sentence
            return .enter(.releasing)
        }
        cut += stubborn.map { ($0, known.request.id) }
        for path in known.stopped where guests[path]?.running == true { stop(path) }
        return .enter(phase)
    }

    private func startChanged(_ known: SimulatedWork) -> SimulatedStep {
        guard let path = known.stopped.first, let guest = guests[path] else {
            return .end(.failed, "\(known.stopped.first ?? "it") is gone")
        }
        // Its host restarted, and it with it.
        guard !guest.running else { return .enter(.awaitingVerdict) }
        switch guest.temper {
        case .goesBack: return goBack(known, "it did not start")
        case .lacksRoom where guest.settings.memory > known.before?.memory ?? 0:
            return goBack(known, "its host has not enough memory")
        case .staysOff:
            if let before = known.before { guests[path]?.settings = before }
            return .end(.failed, "\(path) does not start", owes: true)
        default:
            start(path)
            return .enter(.awaitingVerdict)
        }
    }

    private func goBack(
        _ known: SimulatedWork, _ sentence: String, _ outcome: CorrectionOutcome = .rolledBack
    ) -> SimulatedStep {
        restore(known)
        return .end(outcome, sentence)
    }

    private func restore(_ known: SimulatedWork) {
        for path in known.stopped {
            if let before = known.before { guests[path]?.settings = before }
            start(path)
        }
    }

    private func startHeld(_ known: SimulatedWork) -> SimulatedStep {
        // A machine that is itself off now starts its guests when it is up again.
        guard isPowered(known.host) else { return .wait(60) }
        var failed: [String] = []
        for path in known.stopped {
            // One that is not here any more is never started, nor one that never went down.
            if guests[path]?.running == true { continue }
            if guests[path]?.temper ?? .staysOff == .staysOff { failed.append(path) } else { start(path) }
        }
        if let fault = known.fault { return .end(.failed, fault) }
        return failed.isEmpty
            ? .end(.committed, "") : .end(.failed, "\(failed.joined(separator: ", ")) did not start", owes: true)
    }

    // MARK: Words of the controller's

    func judge(_ id: String, _ verdict: CorrectionVerdict) {
        guard let known = work[id] else { return }
        if known.request.verb == .drainGuests { return enter(id, .releasing) }
        verdict == .rollback ? enter(id, .rollingBack) : end(id, .committed, "")
    }

    func prolong(_ id: String, by seconds: Int) {
        work[id]?.until = time.elapsed + seconds
        goOn(id)
    }

    // MARK: What is written down

    private func enter(_ id: String, _ phase: CorrectionPhase) {
        guard var known = work[id] else { return }
        known.record.phase = phase
        known.until = time.elapsed + known.request.holdSeconds
        work[id] = known
        tell(id)
        goOn(id)
    }

    private func end(_ id: String, _ outcome: CorrectionOutcome, _ sentence: String, owes: Bool = false) {
        cancelAlarm(id)
        work[id]?.record.outcome = outcome
        work[id]?.record.sentence = sentence
        work[id]?.record.owesStart = owes
        work[id]?.record.phase = .ended
        tell(id)
        guard let ended = work[id] else { return }
        // What waited for its guests has its turn.
        let next = order.first { other in
            guard let waiting = work[other], waiting.record.phase == .queued else { return false }
            return waiting.host == ended.host && !Set(waiting.record.guests).isDisjoint(with: ended.record.guests)
        }
        if let next, let request = work[next]?.request { take(request, at: ended.host) }
    }

    private func tell(_ id: String) {
        guard let record = work[id]?.record, let host = work[id]?.host else { return }
        said("agent \(host): \(id) \(record.phase)\(record.outcome.map { " \($0)" } ?? "") \(record.sentence)")
        for channel in channels.values.sorted(by: { $0.number < $1.number }) where channel.host == host {
            channel.progress(record)
        }
    }
}
