import AgentWire
import NestingModel
import SecureShell

extension ScriptedFleet: SecureShellConnector {
    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        for hop in route.hops {
            if case .ssh(let code) = now.faults[hop.name] { throw SSHFailure(code, hop: hop.name, "scripted") }
        }
        script { $0.sessions += 1 }
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
        switch fleet.now.faults[path] {
        case .says(let text): lines.append(Array(text.utf8))
        case .ends: ended = true
        case .hangs: break
        default:
            if let gate = fleet.gate, sets(bytes) { await gate.pass() }
            do {
                lines += try fleet.answer(Array(bytes.dropLast()), at: path, role: role).map { Array($0.dropLast()) }
            } catch is ScriptedFleet.Lost {
                ended = true
            } catch {
                throw SSHFailure(.protocolError, hop: path, "\(error)")
            }
        }
    }

    private func sets(_ bytes: [UInt8]) -> Bool {
        let order = try? WireCoding.decode(WireRequest<CorrectParameters>.self, from: Array(bytes.dropLast()))
        return order?.params.corrections.contains { $0.verb == .setGuest } == true
    }

    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        if ended { return nil }
        if case .hangs = fleet.now.faults[path] { try? await Task.sleep(for: deadline) }
        // No answer is ever late here, so an empty queue is one that stays empty.
        guard !lines.isEmpty else { throw SSHFailure(.timeout, hop: path, "silent") }
        let line = lines.removeFirst()
        guard line.count <= limit else { throw SSHFailure(.tooLong, hop: path, "\(line.count) bytes") }
        return line
    }

    func finishWriting(deadline: Duration) async throws(SSHFailure) {}

    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? {
        if case .ends(let status) = fleet.now.faults[path] { return status }
        return ended ? nil : 0
    }

    func standardError() async -> String { "nestor-agent: not found\u{1B}[31m" }
    func close() async {}
}
