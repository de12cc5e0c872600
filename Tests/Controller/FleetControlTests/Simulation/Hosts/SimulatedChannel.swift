import AgentWire
import NestingModel
import SecureShell

/// One session of one controller with one agent.
final class SimulatedChannel: SecureShellChannel, @unchecked Sendable {  // used on the simulation's one thread
    let number: Int
    let host: String
    private let fleet: SimulatedFleet
    private let role: SessionRole
    let incarnation: Incarnation
    private var lines: [[UInt8]] = []
    private var followed: Set<String> = []
    private var isCut = false
    private var reader: (wake: UnsafeContinuation<Bool, Never>, alarm: Int)?

    init(
        _ number: Int, _ fleet: SimulatedFleet, _ host: String, _ role: SessionRole, _ incarnation: Incarnation
    ) {
        (self.number, self.fleet, self.host, self.role) = (number, fleet, host, role)
        self.incarnation = incarnation
    }

    var isFollowing: Bool { !followed.isEmpty }
    var obstacle: String? { fleet.obstacle(to: host) }

    /// The connection is no more, whatever the agent does.
    func cut() {
        isCut = true
        fleet.channels[number] = nil
        wake(true)
    }

    func progress(_ record: CorrectionRecord) {
        guard followed.contains(record.id), !fleet.isSilent(host) else { return }
        guard let line = try? WireCoding.line(WireRequest(id: nil, method: progressNotification, params: record))
        else { return }
        say(line)
    }

    private func say(_ line: [UInt8]) {
        lines.append(Array(line.dropLast()))
        wake(true)
    }

    private func wake(_ answer: Bool) {
        guard let waiting = reader else { return }
        reader = nil
        fleet.time.cancel(waiting.alarm)
        waiting.wake.resume(returning: answer)
    }

    // MARK: What the controller does with it

    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {
        guard !isCut, !incarnation.isDead else { throw SSHFailure(.closed, hop: host, "the channel is closed") }
        guard !fleet.isSilent(host) else { return }
        do {
            say(try answer(Array(bytes.dropLast())))
        } catch {
            cut()
        }
    }

    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        while lines.isEmpty {
            if isCut { return nil }
            // In steps of five seconds: what is left of a deadline depends on how fast this machine is.
            let seconds = max((deadline.wholeSeconds + 4) / 5 * 5, 5)
            let isAnswered = await withUnsafeContinuation { (wake: UnsafeContinuation<Bool, Never>) in
                reader = (wake, fleet.time.after(seconds) { [weak self] in self?.wake(false) })
            }
            if !isAnswered { throw SSHFailure(.timeout, hop: host, "silent") }
        }
        return lines.removeFirst()
    }

    func finishWriting(deadline: Duration) async throws(SSHFailure) {}
    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? { nil }
    func standardError() async -> String { "" }
    func close() async { cut() }

    // MARK: What the agent answers

    private struct Lost: Error {}

    private func parameters<Parameters: Codable & Sendable>(
        of line: [UInt8], _ type: Parameters.Type
    ) throws -> Parameters {
        let request: WireRequest<Parameters> = try WireCoding.decode(WireRequest<Parameters>.self, from: line)
        return request.params
    }

    private func answer(_ line: [UInt8]) throws -> [UInt8] {
        let header = try WireCoding.decode(WireHeader.self, from: line)
        func result(_ value: some Codable & Sendable) throws -> [UInt8] {
            try WireCoding.line(WireAnswer(id: header.id, result: value))
        }
        do {
            switch WireMethod(rawValue: header.method ?? "") {
            case .hello:
                return try result(
                    HelloResult(
                        protocol: 1, agent: AgentIdentity(version: "0.1.0", protocol: 1, platform: "linux-x86_64"),
                        role: role, methods: [], verbs: [], bootID: .known("boot"), controller: fleet.controller,
                        epoch: fleet.epochs[host]))
            case .report:
                let report = fleet.report(of: host)
                let isSame = try parameters(of: line, ReportParameters.self).lastDigest == report.digest
                return try result(
                    ReportResult(unchanged: isSame, digest: report.digest, report: isSame ? nil : report))
            case .correct:
                let records = try fleet.take(try parameters(of: line, CorrectParameters.self), at: host)
                if let left = fleet.lostAnswers[host], left > 0 {
                    fleet.lostAnswers[host] = left - 1
                    throw Lost()
                }
                return try result(CorrectResult(corrections: records))
            case .corrections:
                let query = try parameters(of: line, CorrectionsParameters.self)
                if query.follow { followed.formUnion(query.ids) }
                return try result(CorrectionsResult(corrections: query.ids.compactMap { fleet.work[$0]?.record }))
            case .finish:
                return try result(
                    CorrectionResult(
                        correction: try fleet.finish(parameters(of: line, FinishParameters.self), at: host)))
            case .renew:
                return try result(
                    CorrectionResult(correction: try fleet.renew(parameters(of: line, RenewParameters.self), at: host)))
            case nil: throw WireError(.unknownMethod, "no")
            }
        } catch let error as WireError {
            return try WireCoding.line(WireFailure(id: header.id, error: error))
        }
    }
}
