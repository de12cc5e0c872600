import AgentWire
import FoundationEssentials
import NestingModel
import SecureShell
import Synchronization

/// A rack7 with a build-l1 with an inner, as far as the wire shows: agents that keep their word, and what a test makes
/// go wrong. It outlives the controllers that talk to it.
final class ScriptedFleet: Sendable {
    enum Fault: Sendable {
        case none
        case ssh(SSHFailure.Code)
        /// These bytes instead of an answer.
        case says(String)
        /// The command ends with this exit status.
        case ends(Int)
        /// The command says this and has ended before the request is written.
        case leaves(String)
        /// The agent refuses hello with this code.
        case refuses(WireErrorCode)
    }

    struct State {
        var l1Exposed: Bool
        var l1Sees: VirtualizationExtension
        var l1Boot = 1
        var l1State = GuestState.running
        var innerRuns: Bool
        /// Whether a guest of inner runs, where inner is a host too.
        var deepRuns: Bool?
        var l1UUID = uuidL1
        /// What the inside sees after a change, where the change does not work.
        var exposureWorks = true
        /// Whether build-l1 ran a guest since it started.
        var l1InUse = false
        /// A second guest of rack7's, off, where the test wants one.
        var hasSpare = false
        var spareExposed = false
        /// Said by build-l1 instead of starting its guests again.
        var releaseFailure: String?
        /// Said by rack7 instead of ending what it was told to.
        var finishFailure: String?
        /// Hosts that refuse to be drained.
        var undrainable: Set<String> = []
        /// So many answers to `correct` are lost with their connections, after the work was begun.
        var lostAnswers = 0
        var faults: [String: Fault] = [:]
        var records: [String: CorrectionRecord] = [:]
        var changes: [String: GuestChange] = [:]
        /// How often each correction id was really carried out.
        var runs: [String: Int] = [:]
        var requests: [String: CorrectionRequest] = [:]
        /// Ids that came again as another order.
        var changedOrders: Set<String> = []
        var log: [String] = []
        /// Guests without an agent on further hosts, by those hosts' paths.
        var plain: [String: [PlainGuest]] = [:]
        /// When each change of a plain guest began, and whose.
        var begun: [(path: String, at: Date)] = []
        /// Where two changes were under way in one nesting tree at once.
        var crowded: [String] = []
        var mostAtOnce = 0
        var highestEpoch = 0
        var controller: String?
        var sessions = 0
    }

    static let uuidL0 = "00000000-0000-4000-8000-000000000001"
    static let uuidL1 = "00000000-0000-4000-8000-0000000000a1"
    static let uuidSpare = "00000000-0000-4000-8000-0000000000a2"
    static let uuidInner = "00000000-0000-4000-8000-0000000000b1"
    static let uuidDeep = "00000000-0000-4000-8000-0000000000c1"

    private let state: Mutex<State>
    /// What the time is, to a test that sets it.
    let time = ManualTime()
    /// Runs before the agent at that path answers that request.
    private let before = Mutex<(@Sendable (WireMethod, String) async -> Void)?>(nil)

    init(l1Exposed: Bool, innerRuns: Bool) {
        state = Mutex(
            State(l1Exposed: l1Exposed, l1Sees: l1Exposed ? .svm : .none, innerRuns: innerRuns))
    }

    /// How things stand.
    var now: State { state.withLock { $0 } }

    func set(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

    func beforeAnswers(_ body: @escaping @Sendable (WireMethod, String) async -> Void) {
        before.withLock { $0 = body }
    }

    func willAnswer(_ line: [UInt8], at path: String) async {
        guard let header = try? WireCoding.decode(WireHeader.self, from: line),
            let method = WireMethod(rawValue: header.method ?? ""), let body = before.withLock({ $0 })
        else { return }
        await body(method, path)
    }

    func report(of path: String, _ state: State) -> HostReport {
        if let report = plainReport(of: path, state) { return report }
        if path == "rack7" {
            var build = guest("build-l1", uuid: Self.uuidL1, state: state.l1State, exposed: state.l1Exposed)
            if state.l1InUse { build.exposure.inUse = .known(true) }
            return FleetControlTests.report(
                uuid: Self.uuidL0, sees: .svm,
                guests: [build]
                    + (state.hasSpare
                        ? [guest("spare", uuid: Self.uuidSpare, state: .off, exposed: state.spareExposed)] : []))
        }
        if path == "rack7/build-l1/inner" {
            return FleetControlTests.report(
                uuid: Self.uuidInner, sees: .none,
                guests: [
                    guest("deep", uuid: Self.uuidDeep, state: state.deepRuns == true ? .running : .off, exposed: false)
                ])
        }
        return FleetControlTests.report(
            uuid: state.l1UUID, bootID: "boot-\(state.l1Boot)", sees: state.l1Sees,
            guests: [
                guest("inner", uuid: Self.uuidInner, state: state.innerRuns ? .running : .off, exposed: false)
            ])
    }

    /// One line in, the lines out: a whole agent.
    func answer(_ line: [UInt8], at path: String, role: SessionRole) throws -> [[UInt8]] {
        let header = try WireCoding.decode(WireHeader.self, from: line)
        return try state.withLock { state in
            switch WireMethod(rawValue: header.method ?? "") {
            case .hello:
                if case .refuses(let code) = state.faults[path] {
                    return [try WireCoding.line(WireFailure(id: header.id, error: WireError(code, "no")))]
                }
                let result = HelloResult(
                    protocol: 1, agent: AgentIdentity(version: "0.1.0", protocol: 1, platform: "linux-x86_64"),
                    role: role, methods: [], verbs: [], bootID: .known("boot-\(state.l1Boot)"),
                    controller: state.controller, epoch: state.controller == nil ? nil : state.highestEpoch)
                return [try WireCoding.line(WireAnswer(id: header.id, result: result))]
            case .report:
                let last = try WireCoding.decode(WireRequest<ReportParameters>.self, from: line).params.lastDigest
                let report = report(of: path, state)
                let same = report.digest == last
                return [
                    try WireCoding.line(
                        WireAnswer(
                            id: header.id,
                            result: ReportResult(unchanged: same, digest: report.digest, report: same ? nil : report)))
                ]
            case .correct:
                let parameters = try WireCoding.decode(WireRequest<CorrectParameters>.self, from: line).params
                guard parameters.epoch >= state.highestEpoch else {
                    return [
                        try WireCoding.line(WireFailure(id: header.id, error: WireError(.epochStale, "an older epoch")))
                    ]
                }
                state.highestEpoch = parameters.epoch
                state.controller = parameters.controller
                let records = parameters.corrections.map { carryOut($0, at: path, &state) }
                if state.lostAnswers > 0 {
                    state.lostAnswers -= 1
                    throw Lost()
                }
                return [try WireCoding.line(WireAnswer(id: header.id, result: CorrectResult(corrections: records)))]
            case .corrections:
                let ids = try WireCoding.decode(WireRequest<CorrectionsParameters>.self, from: line).params.ids
                let records = ids.compactMap { state.records[$0] }
                return [try WireCoding.line(WireAnswer(id: header.id, result: CorrectionsResult(corrections: records)))]
            case .finish:
                let parameters = try WireCoding.decode(WireRequest<FinishParameters>.self, from: line).params
                guard let record = finish(parameters, at: path, &state) else {
                    let error =
                        state.records[parameters.id] == nil
                        ? WireError(.correctionUnknown, "no such correction")
                        : WireError(.correctionPhase, "it has ended")
                    return [try WireCoding.line(WireFailure(id: header.id, error: error))]
                }
                return [try WireCoding.line(WireAnswer(id: header.id, result: CorrectionResult(correction: record)))]
            case .renew:
                let order = try WireCoding.decode(WireRequest<RenewParameters>.self, from: line).params
                guard let record = state.records[order.id], record.phase == .holding else {
                    let error = WireError(.correctionPhase, "it holds nothing")
                    return [try WireCoding.line(WireFailure(id: header.id, error: error))]
                }
                state.log.append("renew")
                return [try WireCoding.line(WireAnswer(id: header.id, result: CorrectionResult(correction: record)))]
            case nil:
                return [try WireCoding.line(WireFailure(id: header.id, error: WireError(.unknownMethod, "no")))]
            }
        }
    }

    /// The connection ended before the answer.
    fileprivate struct Lost: Error {}

    private func carryOut(
        _ request: CorrectionRequest, at path: String, _ state: inout State
    ) -> CorrectionRecord {
        if let first = state.requests.updateValue(request, forKey: request.id), first != request {
            state.changedOrders.insert(request.id)
        }
        // The same id again is the same correction.
        if let record = state.records[request.id] { return record }
        state.runs[request.id, default: 0] += 1
        var record = CorrectionRecord(
            id: request.id, verb: request.verb, guests: request.guests, phase: .holding, sentence: "")
        switch request.verb {
        case .drainGuests where state.undrainable.contains(path):
            record.phase = .ended
            record.outcome = .refused
            record.sentence = "a guest is paused"
        case .drainGuests:
            state.log.append("drain")
            start(false, in: path, &state)
        default:
            state.log.append("set")
            record.phase = .awaitingVerdict
            if changePlain(request, at: path, &state) {
                record.guests = [request.guest ?? ""]
                if plainFails(request.guest, at: path, state) {
                    record.phase = .ended
                    record.outcome = .rolledBack
                    record.sentence = "it did not start"
                }
                state.records[request.id] = record
                return record
            }
            if request.guest == Self.uuidSpare {
                state.spareExposed = request.change?.exposure ?? state.spareExposed
            } else {
                apply(request.change?.exposure, &state)
            }
            state.changes[request.id] = request.change
        }
        state.records[request.id] = record
        return record
    }

    private func start(_ runs: Bool, in path: String, _ state: inout State) {
        if path == "rack7/build-l1" { state.innerRuns = runs } else { state.deepRuns = runs }
    }

    private func apply(_ exposure: Bool?, _ state: inout State) {
        guard let exposure else { return }
        state.l1Exposed = exposure
        state.l1Boot += 1
        if state.exposureWorks || !exposure { state.l1Sees = exposure ? .svm : .none }
    }

    private func finish(
        _ parameters: FinishParameters, at path: String, _ state: inout State
    ) -> CorrectionRecord? {
        guard var record = state.records[parameters.id], record.phase != .ended else { return nil }
        state.log.append("\(parameters.verdict) \(record.verb)")
        record.phase = .ended
        record.outcome = parameters.verdict == .rollback ? .rolledBack : .committed
        if record.verb == .drainGuests {
            if let failure = state.releaseFailure {
                record.outcome = .failed
                record.sentence = failure
            } else {
                start(true, in: path, &state)
            }
        } else if let failure = state.finishFailure {
            record.outcome = .failed
            record.sentence = failure
            record.remedy = "look there"
        } else if parameters.verdict == .rollback, let exposure = state.changes[parameters.id]?.exposure {
            apply(!exposure, &state)
        }
        state.records[parameters.id] = record
        return record
    }
}

// MARK: SSH

extension ScriptedFleet: SecureShellConnector {
    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        for hop in route.hops {
            if case .ssh(let code) = state.withLock({ $0.faults[hop.name] ?? .none }) {
                throw SSHFailure(code, hop: hop.name, "scripted")
            }
        }
        state.withLock { $0.sessions += 1 }
        return ScriptedSession(fleet: self, path: route.target.name, key: route.target.key.text)
    }

    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        HostKey(type: "ssh-ed25519", base64: "AAAA")
    }
}

private struct ScriptedSession: SecureShellSession {
    let fleet: ScriptedFleet
    let path: String
    let key: String

    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
        // What authorized_keys would do: the key decides the role, whatever the command says.
        ScriptedChannel(fleet: fleet, path: path, role: key == "correct" ? .correct : .report)
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {}
    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
    func close() async {}
}

private actor ScriptedChannel: SecureShellChannel {
    let fleet: ScriptedFleet
    let path: String
    let role: SessionRole
    private var lines: [[UInt8]] = []
    private var ended = false

    init(fleet: ScriptedFleet, path: String, role: SessionRole) {
        (self.fleet, self.path, self.role) = (fleet, path, role)
    }

    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {
        await fleet.willAnswer(Array(bytes.dropLast()), at: path)
        switch fleet.now.faults[path] ?? .none {
        case .says(let text): lines.append(Array(text.utf8))
        case .ends: ended = true
        case .leaves(let text):
            lines.append(Array(text.utf8))
            throw SSHFailure(.closed, hop: path, "the channel is closed")
        default:
            do {
                lines += try fleet.answer(Array(bytes.dropLast()), at: path, role: role).map { Array($0.dropLast()) }
            } catch is ScriptedFleet.Lost {
                ended = true
            } catch {
                throw SSHFailure(.protocolError, hop: path, "\(error)")
            }
        }
    }

    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        if ended { return nil }
        // No answer is ever late here, so an empty queue is one that stays empty.
        guard !lines.isEmpty else { throw SSHFailure(.timeout, hop: path, "silent") }
        let line = lines.removeFirst()
        guard line.count <= limit else { throw SSHFailure(.tooLong, hop: path, "\(line.count) bytes") }
        return line
    }

    func finishWriting(deadline: Duration) async throws(SSHFailure) {}

    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? {
        if case .ends(let status) = fleet.now.faults[path] ?? .none { status } else { 0 }
    }

    func standardError() async -> String { "nestor-agent: not found\u{1B}[31m" }
    func close() async {}
}
