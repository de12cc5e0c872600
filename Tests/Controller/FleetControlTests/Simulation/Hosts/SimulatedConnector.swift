import AgentWire
import NestingModel
import SecureShell

/// The ways to all agents, as one run of the controller has them.
struct SimulatedConnector: SecureShellConnector {
    let fleet: SimulatedFleet
    let incarnation: Incarnation

    /// A person's own, with which hosts are enrolled.
    static let operatorKey = "operator"

    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        let host = route.target.name
        if incarnation.isDead { throw SSHFailure(.closed, hop: host, "dead") }
        if let hop = fleet.obstacle(to: host) { throw SSHFailure(.unreachable, hop: hop, "no way") }
        if route.target.key.text == Self.operatorKey { return SimulatedShell(fleet: fleet, host: host) }
        let role: SessionRole = route.target.key.text == "correct" ? .correct : .report
        if role == .correct, let left = fleet.refusedOrders[host], left > 0 {
            fleet.refusedOrders[host] = left - 1
            throw SSHFailure(.unreachable, hop: host, "no way")
        }
        return Session(fleet: fleet, host: host, role: role, incarnation: incarnation)
    }

    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        HostKey(type: "ssh-ed25519", base64: "AAAA")
    }

    private struct Session: SecureShellSession {
        let fleet: SimulatedFleet
        let host: String
        let role: SessionRole
        let incarnation: Incarnation

        func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
            fleet.openChannel(host, role, incarnation)
        }

        func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {}
        func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
        func close() async {}
    }
}
