import AgentWire
import NestingModel

/// How an agent carries an order out: it takes its time, acts by itself, and starts again what it stopped.
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
        request.verb == .drainGuests ? beginDrain(request, at: host) : beginSetting(request, at: host)
    }

    // MARK: guests.drain

    private func beginDrain(_ request: CorrectionRequest, at host: String) {
        let paths = request.guests.compactMap(guest)
        if paths.contains(where: { guests[$0]?.temper == .refuses }) {
            return end(request.id, .refused, "a guest is paused")
        }
        setAlarm(request.id, Self.stopSeconds) { fleet in
            let running = paths.filter { fleet.guests[$0]?.running == true }
            for path in running { fleet.guests[path]?.running = false }
            fleet.work[request.id]?.stopped = running
            fleet.enter(request.id, .holding)
            fleet.setAlarm(request.id, request.holdSeconds) { $0.judge(request.id, .commit) }
        }
    }

    private func release(_ id: String) {
        guard let known = work[id] else { return }
        if known.record.phase != .releasing { enter(id, .releasing) }
        // A machine that is itself off now starts its guests when it is up again.
        guard guests[known.host]?.running != false else {
            return setAlarm(id, 60) { $0.release(id) }
        }
        setAlarm(id, Self.startSeconds) { fleet in
            guard fleet.guests[known.host]?.running != false else { return fleet.release(id) }
            var failed: [String] = []
            for path in known.stopped {
                if fleet.guests[path]?.temper == .staysOff { failed.append(path) } else { fleet.guests[path]?.start() }
            }
            fleet.end(
                id, failed.isEmpty ? .committed : .failed,
                failed.isEmpty ? "" : "\(failed.joined(separator: ", ")) did not start", owes: !failed.isEmpty)
        }
    }

    // MARK: guest.set

    private func beginSetting(_ request: CorrectionRequest, at host: String) {
        guard let path = guest(request.guest ?? ""), let guest = guests[path] else {
            return end(request.id, .refused, "there is no such guest")
        }
        guard guest.digest == request.definitionDigest else {
            return end(request.id, .refused, "the definition changed")
        }
        guard guest.temper != .refuses else { return end(request.id, .refused, "it is paused") }
        work[request.id]?.before = guest.exposed
        guests[path]?.exposed = request.change?.exposure ?? guest.exposed
        guard guest.running else { return end(request.id, .committed, "defined; it is off") }
        work[request.id]?.stopped = [path]
        setAlarm(request.id, Self.stopSeconds) { fleet in
            fleet.stop(path)
            fleet.enter(request.id, .starting)
            fleet.setAlarm(request.id, Self.startSeconds) { $0.started(request, path) }
        }
    }

    /// A machine that goes down takes with it what still runs inside.
    private func stop(_ path: String) {
        guests[path]?.running = false
        for inside in guests(of: path) where guests[inside]?.running == true { guests[inside]?.running = false }
        cutChannels { $0.obstacle != nil }
    }

    private func started(_ request: CorrectionRequest, _ path: String) {
        switch guests[path]?.temper {
        case .goesBack:
            restore(request.id, path)
            end(request.id, .rolledBack, "it did not start")
        case .staysOff:
            if let before = work[request.id]?.before { guests[path]?.exposed = before }
            end(request.id, .failed, "\(path) does not start", owes: true)
        default:
            guests[path]?.start()
            enter(request.id, .awaitingVerdict)
            setAlarm(request.id, request.holdSeconds) { fleet in
                fleet.end(request.id, .kept, "nobody judged it in time")
            }
        }
    }

    private func restore(_ id: String, _ path: String) {
        if let before = work[id]?.before { guests[path]?.exposed = before }
        guests[path]?.start()
    }

    // MARK: Verdicts

    func judge(_ id: String, _ verdict: CorrectionVerdict) {
        guard let known = work[id] else { return }
        if known.request.verb == .drainGuests { return release(id) }
        guard verdict == .rollback, let path = known.stopped.first else {
            return end(id, .committed, "")
        }
        enter(id, .rollingBack)
        setAlarm(id, Self.stopSeconds + Self.startSeconds) { fleet in
            fleet.stop(path)
            fleet.restore(id, path)
            fleet.end(id, .rolledBack, "taken back")
        }
    }

    // MARK: Phases

    func setAlarm(_ id: String, _ seconds: Int, _ body: @escaping (SimulatedFleet) -> Void) {
        if let old = work[id]?.alarm { time.cancel(old) }
        work[id]?.alarm = time.after(seconds) { [weak self] in
            if let self { body(self) }
        }
    }

    private func enter(_ id: String, _ phase: CorrectionPhase) {
        work[id]?.record.phase = phase
        tell(id)
    }

    private func end(_ id: String, _ outcome: CorrectionOutcome, _ sentence: String, owes: Bool = false) {
        if let old = work[id]?.alarm { time.cancel(old) }
        work[id]?.record.outcome = outcome
        work[id]?.record.sentence = sentence
        work[id]?.record.owesStart = owes
        enter(id, .ended)
    }

    private func tell(_ id: String) {
        guard let record = work[id]?.record, let host = work[id]?.host else { return }
        said("agent \(host): \(id) \(record.phase)\(record.outcome.map { " \($0)" } ?? "") \(record.sentence)")
        for channel in channels.values.sorted(by: { $0.number < $1.number }) where channel.host == host {
            channel.progress(record)
        }
    }
}
