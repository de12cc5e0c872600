import AgentWire
import NestingModel

extension ScriptedFleet {
    /// The answer to `correct` was lost with its connection.
    struct Lost: Error {}

    /// One line in, the lines out: a whole agent.
    func answer(_ line: [UInt8], at path: String, role: SessionRole) throws -> [[UInt8]] {
        let header = try WireCoding.decode(WireHeader.self, from: line)
        func parameters<Parameters: Codable & Sendable>(_ type: Parameters.Type) throws -> Parameters {
            try WireCoding.decode(WireRequest<Parameters>.self, from: line).params
        }
        func answer(_ result: some Codable & Sendable) throws -> [[UInt8]] {
            [try WireCoding.line(WireAnswer(id: header.id, result: result))]
        }
        func refuse(_ code: WireErrorCode, _ sentence: String) throws -> [[UInt8]] {
            [try WireCoding.line(WireFailure(id: header.id, error: WireError(code, sentence)))]
        }
        return try script { state in
            switch WireMethod(rawValue: header.method ?? "") {
            case .hello:
                if case .refuses(let code) = state.faults[path] { return try refuse(code, "no") }
                return try answer(
                    HelloResult(
                        protocol: 1, agent: AgentIdentity(version: "0.1.0", protocol: 1, platform: "linux-x86_64"),
                        role: role, methods: [], verbs: [], bootID: .known("boot-\(state.l1Boot)")))
            case .report:
                let last = try parameters(ReportParameters.self).lastDigest
                let report = report(of: path, state)
                let same = report.digest == last
                return try answer(ReportResult(unchanged: same, digest: report.digest, report: same ? nil : report))
            case .correct:
                let order = try parameters(CorrectParameters.self)
                guard order.epoch >= state.highestEpoch else { return try refuse(.epochStale, "an older epoch") }
                state.highestEpoch = order.epoch
                let records = order.corrections.map { carryOut($0, at: path, &state) }
                if state.lostAnswers > 0 {
                    state.lostAnswers -= 1
                    throw Lost()
                }
                return try answer(CorrectResult(corrections: records))
            case .corrections:
                let ids = try parameters(CorrectionsParameters.self).ids
                return try answer(CorrectionsResult(corrections: ids.compactMap { state.records[$0] }))
            case .finish:
                let order = try parameters(FinishParameters.self)
                guard let record = state.records[order.id] else { return try refuse(.correctionUnknown, "not known") }
                guard record.phase != .ended else { return try refuse(.correctionPhase, "it has ended") }
                return try answer(CorrectionResult(correction: finish(record, order.verdict, at: path, &state)))
            case .renew:
                let order = try parameters(RenewParameters.self)
                guard let record = state.records[order.id], record.phase == .holding else {
                    return try refuse(.correctionPhase, "it holds nothing")
                }
                state.log.append("renew")
                return try answer(CorrectionResult(correction: record))
            case nil: return try refuse(.unknownMethod, "no")
            }
        }
    }

    private func carryOut(
        _ request: CorrectionRequest, at path: String, _ state: inout State
    ) -> CorrectionRecord {
        // The same id again is the same correction.
        if let record = state.records[request.id] { return record }
        state.runs[request.id, default: 0] += 1
        state.requests[request.id] = request
        var record = CorrectionRecord(id: request.id, verb: request.verb, guests: request.guests, phase: .holding)
        switch request.verb {
        case .drainGuests where state.undrainable.contains(path):
            record.phase = .ended
            record.outcome = .refused
            record.sentence = "'inner' is paused"
        case .drainGuests:
            state.log.append("drain \(path)")
            start(false, at: path, &state)
        default:
            state.log.append("set \(request.guest == Self.uuidPlain ? "plain" : "build-l1")")
            record.phase = .awaitingVerdict
            apply(request.change?.exposure, to: request.guest, &state)
        }
        state.records[request.id] = record
        return record
    }

    private func start(_ runs: Bool, at path: String, _ state: inout State) {
        if path == "rack7/build-l1" { state.innerRuns = runs } else { state.deepRuns = runs }
    }

    private func apply(_ exposure: Bool?, to guest: String?, _ state: inout State) {
        guard let exposure else { return }
        guard guest == Self.uuidL1 else {
            state.plain?.exposed = exposure
            return
        }
        state.l1Exposed = exposure
        state.l1Boot += 1
        if state.exposureWorks || !exposure { state.l1Sees = exposure ? .svm : .none }
    }

    private func finish(
        _ record: CorrectionRecord, _ verdict: CorrectionVerdict, at path: String, _ state: inout State
    ) -> CorrectionRecord {
        var record = record
        state.log.append("\(verdict) \(record.verb)")
        record.phase = .ended
        record.outcome = verdict == .rollback ? .rolledBack : .committed
        if let ending = state.endings[record.verb] {
            record.outcome = ending.outcome
            record.sentence = ending.sentence
            record.remedy = "look there"
        } else if record.verb == .drainGuests {
            start(true, at: path, &state)
        } else if verdict == .rollback, let request = state.requests[record.id], let set = request.change?.exposure {
            apply(!set, to: request.guest, &state)
        }
        state.records[record.id] = record
        return record
    }
}
