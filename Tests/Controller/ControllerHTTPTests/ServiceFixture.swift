import AgentDelivery
import ControllerAPI
import FleetControl
import FleetStore
import Foundation
import HTTPServing
import NestingModel
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog

@testable import ControllerHTTP

/// The API over a fleet with one host that nobody can reach; user 1000 is its owner.
struct ServiceFixture {
    let service: ControllerService
    let fleet: FleetController
    private let store: SQLiteStore
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - report: of that host's; nil: it was never read.
    ///   - time: that stands still; nil: the machine's own.
    init(report: HostReport? = nil, at time: String? = nil) async throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
        try await store.record { (work) throws(StoreFailure) in
            guard let path = NodePath("rack7") else { return }
            try work.put(
                host: FleetHost(
                    path: path, address: "10.0.0.7", port: 22, user: "root", hostKeys: ["ssh-ed25519 AAAA"], uuid: nil,
                    agent: InstalledAgent(
                        directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0",
                        version: "0.1.0"), enrolledAt: Date(timeIntervalSince1970: 0)))
            guard let report else { return }
            try work.put(report: report, of: path)
            try work.put(health: HostHealth(state: .ok, checkedAt: report.time, reportedAt: report.time), of: path)
        }
        let date = try time.map { try Date($0, strategy: .iso8601) }
        let log = Log(label: "test", level: .critical)
        let key = PrivateKey(text: "")
        fleet = try await FleetController(
            FleetEnvironment(
                store: store, connector: NoNetwork(),
                keys: ControllerKeys(report: key, correct: key, reportPublic: "", correctPublic: ""),
                agents: AgentPackages(directory: "/nowhere"), settings: FleetSettings(), log: log,
                now: { date ?? Date() }))
        service = ControllerService(
            fleet: fleet, access: AccessRule(owner: 1000, admins: [], userName: { "user\($0)" }), log: log,
            version: "0.1.0", stateDirectory: folder.path)
    }

    /// - Returns: the status, and the body where it is an error.
    func answer(
        _ method: String, _ target: String, _ body: String = "", uid: UInt32 = 1000
    ) async throws -> (status: Int, error: APIError?, text: String) {
        guard let target = RequestTarget(target) else { throw TestToolFailure(sentence: "no target: \(target)") }
        let response = await service.answer(
            HTTPRequest(
                method: method, target: target, body: Array(body.utf8), peer: HTTPRequest.Peer(uid: uid, gid: 0, pid: 1)
            ))
        let bytes = response.body ?? []
        return (
            response.status, try? JSONDecoder().decode(APIError.self, from: Data(bytes)),
            String(decoding: bytes, as: UTF8.self)
        )
    }

    func end() async {
        await fleet.stop()
        await store.close()
    }
}

private struct NoNetwork: SecureShellConnector {
    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        throw SSHFailure(.unreachable, hop: route.target.name, "no network")
    }

    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        throw SSHFailure(.unreachable, hop: route.target.name, "no network")
    }
}
