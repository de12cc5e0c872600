import AgentWire
import FleetStore
import NestingModel
import SecureShell

/// Keeps reporting sessions warm between sweeps, one for each host, and opens correcting ones when they are needed.
actor AgentSessions {
    private let connector: any SecureShellConnector
    private let keys: ControllerKeys
    private var idle: [NodePath: AgentConnection] = [:]

    init(connector: any SecureShellConnector, keys: ControllerKeys) {
        self.connector = connector
        self.keys = keys
    }

    /// Runs the body with a reporting session: a warm one where there is one, and a new one where that fails at once.
    func reporting<Value: Sendable>(
        _ way: [FleetHost], deadline: Duration,
        _ body: @Sendable (AgentConnection, Duration) async throws(AgentFailure) -> Value
    ) async throws(AgentFailure) -> Value {
        let end = ContinuousClock.now + deadline
        let path = way[way.count - 1].path
        if let warm = idle.removeValue(forKey: path) {
            do throws(AgentFailure) {
                return try await use(warm, end: end, body)
            } catch {
                // A session that died while it was idle says nothing about the host: try a new one once.
                guard error.state == .connectionClosed || error.state == .sshProtocol else { throw error }
            }
        }
        return try await use(
            try await open(way, role: .report, deadline: end - ContinuousClock.now), end: end, body)
    }

    private func use<Value: Sendable>(
        _ connection: AgentConnection, end: ContinuousClock.Instant,
        _ body: @Sendable (AgentConnection, Duration) async throws(AgentFailure) -> Value
    ) async throws(AgentFailure) -> Value {
        do throws(AgentFailure) {
            let value = try await body(connection, end - ContinuousClock.now)
            if let other = idle.updateValue(connection, forKey: connection.path) { await other.close() }
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A new session. The correcting key opens the last hop only; the way there is the reporting key's.
    func open(
        _ way: [FleetHost], role: SessionRole, deadline: Duration
    ) async throws(AgentFailure) -> AgentConnection {
        let hops = way.enumerated().map { index, host in
            Hop(host, key: role == .correct && index == way.count - 1 ? keys.correct : keys.report)
        }
        return try await AgentConnection.open(
            connector, route: Route(hops: hops), path: way[way.count - 1].path, role: role, deadline: deadline)
    }

    /// Forgets the warm sessions of a host and of all below it.
    func drop(_ path: NodePath) async {
        for key in idle.keys where key == path || path.contains(key) {
            await idle.removeValue(forKey: key)?.close()
        }
    }

    func close() async {
        for connection in idle.values { await connection.close() }
        idle = [:]
    }
}

extension Hop {
    init(_ host: FleetHost, key: PrivateKey) {
        self.init(
            name: host.path.description, address: host.address, port: host.port, user: host.user,
            hostKeys: host.hostKeys.compactMap(HostKey.init(pin:)), key: key)
    }
}

extension HostKey {
    /// - Parameter pin: type and base64 with a blank between; nil where it is not so.
    init?(pin: String) {
        let parts = pin.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2 else { return nil }
        self.init(type: String(parts[0]), base64: String(parts[1]))
    }
}
