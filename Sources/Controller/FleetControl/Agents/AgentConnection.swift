import AgentWire
import FoundationEssentials
import NestingModel
import SecureShell

/// One agent session over SSH, in one caller's hands at a time.
///
/// All that comes in is bounded: a line by `WireLimits.line`, a wait by its deadline.
actor AgentConnection {
    let path: NodePath
    private let session: any SecureShellSession
    private let channel: any SecureShellChannel
    private var lastID = 0
    /// Bytes that may come before what is waited for: more than the progress of all corrections that one host may be sent.
    private static let unaskedLimit = 1 << 20
    private var progress: [CorrectionRecord] = []
    private(set) var hello: HelloResult?
    /// Set once anything went wrong: the connection is not to be used again.
    private(set) var isBroken = false

    private init(path: NodePath, session: any SecureShellSession, channel: any SecureShellChannel) {
        self.path = path
        self.session = session
        self.channel = channel
    }

    /// Connects, starts the agent and says hello, all within the deadline.
    static func open(
        _ connector: any SecureShellConnector, route: Route, path: NodePath, role: SessionRole, deadline: Duration
    ) async throws(AgentFailure) -> AgentConnection {
        let end = ContinuousClock.now + deadline
        let connection: AgentConnection
        do throws(SSHFailure) {
            let session = try await connector.connect(route, deadline: deadline)
            do throws(SSHFailure) {
                // The forced command of authorized_keys decides what really runs; this is what it would be.
                let channel = try await session.open(
                    "nestor-agent session --role \(role.rawValue)", deadline: end - ContinuousClock.now)
                connection = AgentConnection(path: path, session: session, channel: channel)
            } catch {
                await session.close()
                throw error
            }
        } catch {
            throw AgentFailure(error, target: path)
        }
        do throws(AgentFailure) {
            try await connection.greet(role: role, deadline: end - ContinuousClock.now)
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private func greet(role: SessionRole, deadline: Duration) async throws(AgentFailure) {
        let result: HelloResult
        do throws(AgentFailure) {
            result = try await call(.hello, HelloParameters(), deadline: deadline)
        } catch {
            guard error.refusal?.data?.code == WireErrorCode.protocolMismatch.rawValue else { throw error }
            throw AgentFailure(
                .agentProtocol, hop: path, error.refusal?.message ?? error.sentence,
                remedy: "nestor agent upgrade \(path)", refusal: error.refusal)
        }
        guard ProtocolRange.current.min...ProtocolRange.current.max ~= result.protocol else {
            throw broken(
                .agentProtocol,
                "the agent chose protocol \(result.protocol), and this controller speaks \(ProtocolRange.current.min) "
                    + "to \(ProtocolRange.current.max)", remedy: "nestor agent upgrade \(path)")
        }
        guard result.role == role else {
            throw broken(
                .agentFailed, "its key for \(role.rawValue) opens a session for \(result.role.rawValue)",
                remedy: "enrol the host again: its authorized_keys was changed")
        }
        hello = result
    }

    /// One request and its answer; progress that comes in between is kept for `nextProgress`.
    func call<Parameters: Codable & Sendable, Result: Codable & Sendable>(
        _ method: WireMethod, _ parameters: Parameters, deadline: Duration
    ) async throws(AgentFailure) -> Result {
        lastID += 1
        let id = lastID
        let line: [UInt8]
        do {
            line = try WireCoding.line(WireRequest(id: id, method: method.rawValue, params: parameters))
        } catch {
            throw AgentFailure(.agentFailed, hop: path, "cannot write the request '\(method.rawValue)': \(error)")
        }
        let end = ContinuousClock.now + deadline
        do throws(SSHFailure) {
            try await channel.write(line, deadline: deadline)
        } catch {
            // A command that ended at once breaks the pipe before what it said and its exit status were read: those
            // tell why.
            if error.code == .closed {
                if let said = try? await channel.readLine(limit: WireLimits.line, deadline: end - ContinuousClock.now) {
                    _ = try decoded(WireHeader.self, said)
                }
                throw await ended(deadline: end - ContinuousClock.now)
            }
            isBroken = true
            throw AgentFailure(error, target: path)
        }
        var unasked = 0
        while true {
            let line = try await readLine(deadline: end - ContinuousClock.now)
            let header = try decoded(WireHeader.self, line)
            if header.id != id { try count(line, in: &unasked, beside: "the answer to '\(method.rawValue)'") }
            if header.method == progressNotification {
                progress.append(try decoded(WireRequest<CorrectionRecord>.self, line).params)
                continue
            }
            guard header.id == id else {
                if header.id == nil, let error = header.error {
                    throw broken(.agentGarbage, "the agent could not read our request: \(printable(error.message))")
                }
                continue
            }
            if var error = header.error {
                error.message = printable(error.message)
                throw AgentFailure(
                    .agentFailed, hop: path, "the agent refused '\(method.rawValue)': \(error.message)",
                    remedy: printable(error.data?.remedy ?? ""), refusal: error)
            }
            return try decoded(WireAnswer<Result>.self, line).result
        }
    }

    /// The next progress of a followed correction; what is said of others is passed over.
    func nextProgress(of correction: String, deadline: Duration) async throws(AgentFailure) -> CorrectionRecord {
        let end = ContinuousClock.now + deadline
        var unasked = 0
        while true {
            while !progress.isEmpty {
                let record = progress.removeFirst()
                if record.id == correction { return record }
            }
            let line = try await readLine(deadline: end - ContinuousClock.now)
            if try decoded(WireHeader.self, line).method == progressNotification {
                let record = try decoded(WireRequest<CorrectionRecord>.self, line).params
                if record.id == correction { return record }
            }
            try count(line, in: &unasked, beside: "the progress of '\(correction)'")
        }
    }

    /// Counts a line that nobody waits for, so that chatter ends long before a deadline does.
    private func count(_ line: [UInt8], in unasked: inout Int, beside wanted: String) throws(AgentFailure) {
        unasked += line.count
        guard unasked <= Self.unaskedLimit else {
            throw broken(
                .agentFlood,
                "the agent sent \(unasked) bytes beside \(wanted), and \(Self.unaskedLimit) are allowed",
                remedy: "see what its authorized_keys runs")
        }
    }

    func close() async {
        isBroken = true
        await channel.close()
        await session.close()
    }

    private func readLine(deadline: Duration) async throws(AgentFailure) -> [UInt8] {
        let line: [UInt8]?
        do throws(SSHFailure) {
            line = try await channel.readLine(limit: WireLimits.line, deadline: deadline)
        } catch {
            if error.code == .closed { throw await ended(deadline: .seconds(2)) }
            isBroken = true
            throw AgentFailure(error, target: path)
        }
        guard let line else { throw await ended(deadline: .seconds(2)) }
        return line
    }

    /// Why the agent's command ended.
    private func ended(deadline: Duration) async -> AgentFailure {
        let status: Int?
        do throws(SSHFailure) {
            status = try await channel.exitStatus(deadline: deadline)
        } catch {
            status = nil
        }
        let said = printable(await channel.standardError())
        let tail = said.isEmpty ? "" : ": \(said)"
        if status == 127 || status == 126 {
            return broken(
                .agentMissing, "the agent's binary does not start there (exit status \(status ?? 127))\(tail)",
                remedy: "nestor agent upgrade \(path) --operator-key FILE")
        }
        if let status {
            return broken(.agentFailed, "the agent ended with exit status \(status)\(tail)")
        }
        return broken(.connectionClosed, "the connection ended\(tail)")
    }

    private func decoded<Message: Decodable>(_ type: Message.Type, _ line: [UInt8]) throws(AgentFailure) -> Message {
        do {
            return try WireCoding.decode(type, from: line)
        } catch {
            let sample = printable(String(decoding: line.prefix(60), as: UTF8.self))
            throw broken(
                .agentGarbage, "what came is not the agent's protocol: '\(sample)'",
                remedy: "see what a login prints there before any command runs, and whether its authorized_keys names "
                    + "the agent")
        }
    }

    private func broken(_ state: HostState, _ sentence: String, remedy: String = "") -> AgentFailure {
        isBroken = true
        return AgentFailure(state, hop: path, sentence, remedy: remedy)
    }
}

/// Text that came from a host, fit for a terminal, a log and a page: no control characters, bounded.
func printable(_ text: String, limit: Int = 400) -> String {
    var clean = ""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: clean += " "
        default: clean.unicodeScalars.append(scalar)
        }
    }
    return clean.split(separator: " ").joined(separator: " ")
}
