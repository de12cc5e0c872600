import AgentWire
import NestingModel

/// What an agent is asked, and how it answers.
extension SimulatedFleet {
    func take(_ order: CorrectParameters, at host: String) throws(WireError) -> [CorrectionRecord] {
        try admit(order.controller, order.epoch, at: host)
        startWorker(of: host)
        return order.corrections.map { request in
            if let known = work[request.id] {
                if known.request != request { changedOrders.append(request.id) }
                return known.record
            }
            begin(request, at: host)
            return work[request.id]?.record
                ?? CorrectionRecord(id: request.id, verb: request.verb, guests: [], phase: .unknown)
        }
    }

    func finish(_ word: FinishParameters, at host: String) throws(WireError) -> CorrectionRecord {
        try admit(word.controller, word.epoch, at: host)
        guard let known = work[word.id] else { throw WireError(.correctionUnknown, "no such correction") }
        guard known.record.phase == .holding || known.record.phase == .awaitingVerdict else {
            throw WireError(.correctionPhase, "it is \(known.record.phase)")
        }
        startWorker(of: host)
        judged(known, word.verdict)
        judge(word.id, word.verdict)
        return work[word.id]?.record ?? known.record
    }

    func renew(_ word: RenewParameters, at host: String) throws(WireError) -> CorrectionRecord {
        try admit(word.controller, word.epoch, at: host)
        guard let known = work[word.id] else { throw WireError(.correctionUnknown, "no such correction") }
        guard known.record.phase == .holding || known.record.phase == .stopping else {
            throw WireError(.correctionPhase, "it is \(known.record.phase)")
        }
        if known.record.phase == .holding { prolong(word.id, by: word.holdSeconds) }
        return known.record
    }

    private func admit(_ controller: String, _ epoch: Int, at host: String) throws(WireError) {
        guard epoch >= epochs[host] ?? 0 else { throw WireError(.epochStale, "an older epoch") }
        epochs[host] = epoch
        self.controller = controller
    }
}
