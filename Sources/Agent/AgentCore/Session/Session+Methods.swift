package import AgentWire
import NestingModel

/// A request's parameters, which some methods let their peer leave out.
private struct Incoming<Parameters: Decodable>: Decodable {
    var params: Parameters?
}

/// `corrections` with everything left out that may be.
private struct CorrectionsQuery: Decodable {
    var ids: [String]?
    var follow: Bool?
}

extension SessionRole {
    /// The methods that the key behind a session may use.
    package var methods: [WireMethod] {
        switch self {
        case .report: [.hello, .report, .corrections]
        case .correct: WireMethod.allCases
        }
    }
}

extension Session {
    /// Answers one line. A notification is never answered, and never acted on.
    func answer(_ line: [UInt8]) throws(Ended) {
        let header: WireHeader
        do { header = try WireCoding.decode(WireHeader.self, from: line) } catch {
            let parses = (try? WireCoding.decode(AnyJSON.self, from: line)) != nil
            let refusal =
                parses
                ? WireError(.invalidRequest, "a request needs a method and a whole number as its id")
                : WireError(.parse, "the line is no JSON")
            return try send(WireFailure(id: nil, error: refusal))
        }
        guard let method = header.method else {
            guard header.error == nil else { return }
            return try send(
                WireFailure(id: header.id, error: WireError(.invalidRequest, "the request names no method")))
        }
        guard let id = header.id else { return }
        do throws(WireError) {
            try admit(method)
            switch WireMethod(rawValue: method) {
            case .hello: try send(id, hello(try parameters(line)))
            case .report:
                try send(id, report(try optionalParameters(line)))
                giveBackMemory()
            case .correct: try send(id, correct(try parameters(line)))
            case .corrections: try send(id, corrections(try optionalParameters(line)))
            case .finish: try send(id, finish(try parameters(line)))
            case .renew: try send(id, renew(try parameters(line)))
            case nil: throw WireError(.unknownMethod, "the agent knows no method \(method.quoted)")
            }
        } catch {
            if error.data?.code == Self.gone { throw Ended() }
            try send(WireFailure(id: id, error: error))
            if error.data?.code == WireErrorCode.protocolMismatch.rawValue { throw Ended() }
        }
    }

    private static var gone: String { "gone" }

    private func send(_ id: Int, _ result: some Codable & Sendable) throws(WireError) {
        do throws(Ended) { try send(WireAnswer(id: id, result: result)) } catch {
            var lost = WireError(.internalFault, "the peer is gone")
            lost.data?.code = Self.gone
            throw lost
        }
    }

    private func admit(_ method: String) throws(WireError) {
        guard let known = WireMethod(rawValue: method) else {
            throw WireError(.unknownMethod, "the agent knows no method \(method.quoted)")
        }
        guard greeted != (known == .hello) else {
            throw WireError(.helloFirst, greeted ? "hello was said before" : "the first request must be hello")
        }
        guard role.methods.contains(known) else {
            throw WireError(
                .roleRefused, "this session's role is \(role.rawValue), and \(known.rawValue) needs correct",
                remedy: "use the key that may correct")
        }
    }

    private func parameters<Parameters: Decodable>(_ line: [UInt8]) throws(WireError) -> Parameters {
        guard let parameters: Parameters = try optionalParameters(line) else {
            throw WireError(.invalidParameters, "params is missing")
        }
        return parameters
    }

    private func optionalParameters<Parameters: Decodable>(_ line: [UInt8]) throws(WireError) -> Parameters? {
        do { return try WireCoding.decode(Incoming<Parameters>.self, from: line).params } catch let error
            as DecodingError
        {
            throw WireError(.invalidParameters, error.place)
        } catch {
            throw WireError(.invalidParameters, "the parameters can't be read")
        }
    }

    private func hello(_ parameters: HelloParameters) throws(WireError) -> HelloResult {
        guard let version = ProtocolRange.current.agreed(with: parameters.protocol) else {
            throw WireError(
                .protocolMismatch,
                "the agent speaks versions \(ProtocolRange.current.min) to \(ProtocolRange.current.max), and was offered "
                    + "\(parameters.protocol.min) to \(parameters.protocol.max)",
                remedy: "upgrade the older of the two: nestor agent upgrade")
        }
        greeted = true
        let bootID = clock.now().bootID
        let enrolment = try? folder.enrolment()
        return HelloResult(
            protocol: version, agent: AgentIdentity.current, role: role, methods: role.methods.map(\.rawValue),
            verbs: role == .correct
                ? [CorrectionVerb.setGuest.rawValue, CorrectionVerb.drainGuests.rawValue] : [],
            bootID: bootID.isEmpty ? .unknown("the kernel's boot id can't be read") : .known(bootID),
            controller: enrolment?.controller, epoch: enrolment?.epoch)
    }

    private func report(_ parameters: ReportParameters?) -> ReportResult {
        let report = reports.build()
        let unchanged = report.digest == parameters?.lastDigest
        return ReportResult(unchanged: unchanged, digest: report.digest, report: unchanged ? nil : report)
    }

    private func correct(_ order: CorrectParameters) throws(WireError) -> CorrectResult {
        let (records, entries) = try CorrectionDesk(folder).accept(order)
        for entry in entries { follower.follow(entry) }
        nudgeWorker(force: true)
        return CorrectResult(corrections: records)
    }

    private func corrections(_ query: CorrectionsQuery?) throws(WireError) -> CorrectionsResult {
        let follow = query?.follow ?? false
        guard folder.exists else { return CorrectionsResult(corrections: []) }
        let content: JournalContent
        do throws(StateFault) { content = try Journal(folder).content() } catch {
            throw WireError(.internalFault, error.sentence, remedy: error.remedy)
        }
        let records = content.records(query?.ids ?? [])
        if follow {
            let ids = Set(records.map(\.id))
            for entry in content.entries where ids.contains(entry.request.id) { follower.follow(entry) }
        }
        return CorrectionsResult(corrections: records)
    }

    private func finish(_ word: FinishParameters) throws(WireError) -> CorrectionResult {
        let record = try CorrectionDesk(folder).finish(word)
        nudgeWorker(force: true)
        return CorrectionResult(correction: record)
    }

    private func renew(_ word: RenewParameters) throws(WireError) -> CorrectionResult {
        let record = try CorrectionDesk(folder).renew(word, at: clock.now())
        nudgeWorker(force: true)
        return CorrectionResult(correction: record)
    }
}

/// Any JSON at all: tells broken JSON from a wrong request.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {}
}

extension DecodingError {
    /// Which field is wrong, for a person; never what stands in it.
    fileprivate var place: String {
        func path(_ context: Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".").shown
        }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context, key)) is missing"
        case .typeMismatch(_, let context): "\(path(context)) is of the wrong type"
        case .valueNotFound(_, let context): "\(path(context)) is null"
        case .dataCorrupted(let context): "\(path(context)) can't be read"
        @unknown default: "the parameters can't be read"
        }
    }
}
