import AgentWire
import Foundation
import NestingModel
import SecureShell
import Synchronization

/// The agents of a fleet that is made of values, at the far end of sessions that need no network: they report, and
/// carry out what they are told.
final class SyntheticAgents: SecureShellConnector {
    private struct State {
        var reports: [String: HostReport] = [:]
        var records: [String: CorrectionRecord] = [:]
    }

    private let state: Mutex<State>

    init(_ views: [HostView]) {
        state = Mutex(
            State(
                reports: Dictionary(
                    uniqueKeysWithValues: views.compactMap { view in
                        view.report.map { (view.host.path.description, $0) }
                    })))
    }

    /// Somebody, or something, changes one guest of that host.
    func change(_ host: String, guest index: Int, _ body: @Sendable (inout GuestReport) -> Void) {
        state.withLock { Self.change(host, index, &$0, body) }
    }

    private static func change(
        _ host: String, _ index: Int, _ state: inout State, _ body: (inout GuestReport) -> Void
    ) {
        guard var guests = state.reports[host]?.guests.value else { return }
        body(&guests[index])
        state.reports[host]?.guests = .known(guests)
        state.reports[host]?.digest += "+"
    }

    fileprivate func answer(_ line: [UInt8], at host: String, role: SessionRole) throws -> [UInt8] {
        let header = try WireCoding.decode(WireHeader.self, from: line)
        func answer(_ result: some Codable & Sendable) throws -> [UInt8] {
            try WireCoding.line(WireAnswer(id: header.id, result: result))
        }
        return try state.withLock { state in
            switch WireMethod(rawValue: header.method ?? "") {
            case .hello:
                return try answer(
                    HelloResult(
                        protocol: 1, agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"),
                        role: role, methods: [], verbs: [], bootID: .known("b"), controller: nil, epoch: nil))
            case .report:
                let last = try WireCoding.decode(WireRequest<ReportParameters>.self, from: line).params.lastDigest
                let report = state.reports[host]
                // A host of which nothing is known here has not changed.
                let same = report == nil || report?.digest == last
                return try answer(
                    ReportResult(unchanged: same, digest: report?.digest ?? last ?? "", report: same ? nil : report))
            case .correct:
                let orders = try WireCoding.decode(WireRequest<CorrectParameters>.self, from: line).params.corrections
                for order in orders where state.records[order.id] == nil {
                    let guests = state.reports[host]?.guests.value ?? []
                    if let index = guests.firstIndex(where: { $0.uuid == order.guest }) {
                        Self.change(host, index, &state) { $0.expose(order.change?.exposure) }
                    }
                    state.records[order.id] = CorrectionRecord(
                        id: order.id, verb: order.verb, guests: [order.guest ?? ""], phase: .awaitingVerdict,
                        sentence: "")
                }
                return try answer(CorrectResult(corrections: orders.compactMap { state.records[$0.id] }))
            case .corrections:
                let ids = try WireCoding.decode(WireRequest<CorrectionsParameters>.self, from: line).params.ids
                return try answer(CorrectionsResult(corrections: ids.compactMap { state.records[$0] }))
            case .finish:
                let order = try WireCoding.decode(WireRequest<FinishParameters>.self, from: line).params
                guard var record = state.records[order.id] else { fallthrough }
                (record.phase, record.outcome) = (.ended, .committed)
                state.records[order.id] = record
                return try answer(CorrectionResult(correction: record))
            default:
                return try WireCoding.line(WireFailure(id: header.id, error: WireError(.unknownMethod, "no")))
            }
        }
    }

    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        Session(agents: self, host: route.target.name, role: route.target.key.text == "correct" ? .correct : .report)
    }

    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        HostKey(type: "ssh-ed25519", base64: "AAAA")
    }
}

extension GuestReport {
    /// As it is reported after somebody set it, and started the guest again.
    mutating func expose(_ exposed: Bool?) {
        guard let exposed else { return }
        (exposure.configured, exposure.live) = (.known(exposed), .known(exposed))
        run = .known((run.value ?? 0) + 1)
        definitionDigest = .known("sha256:\(uuid)-\(exposed)")
    }
}

private struct Session: SecureShellSession {
    let agents: SyntheticAgents
    let host: String
    let role: SessionRole

    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
        Channel(session: self)
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {}
    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
    func close() async {}
}

private actor Channel: SecureShellChannel {
    private let session: Session
    private var lines: [[UInt8]] = []

    init(session: Session) { self.session = session }

    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {
        do {
            let line = try session.agents.answer(Array(bytes.dropLast()), at: session.host, role: session.role)
            lines.append(Array(line.dropLast()))
        } catch {
            throw SSHFailure(.protocolError, hop: session.host, "\(error)")
        }
    }

    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        lines.isEmpty ? nil : lines.removeFirst()
    }

    func finishWriting(deadline: Duration) async throws(SSHFailure) {}
    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? { 0 }
    func standardError() async -> String { "" }
    func close() async {}
}
