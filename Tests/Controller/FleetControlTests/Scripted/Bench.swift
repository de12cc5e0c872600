import AgentDelivery
import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog

@testable import FleetControl

/// A controller over a store of its own and a scripted fleet, whose hosts are enrolled.
struct Bench {
    let fleet: ScriptedFleet
    let store: SQLiteStore
    private let folder: TemporaryFolder

    init(_ fleet: ScriptedFleet, policies: [Policy]) async throws {
        self.fleet = fleet
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder("nestor.db"), now: { Date() })
        let hasDeep = fleet.now.deepRuns != nil
        try await store.record { (work) throws(StoreFailure) in
            try work.put(host: enrolled(rack7, uuid: ScriptedFleet.uuidL0))
            try work.put(host: enrolled(buildL1, uuid: ScriptedFleet.uuidL1))
            if hasDeep { try work.put(host: enrolled(inner, uuid: ScriptedFleet.uuidInner)) }
            try work.put(policies: PolicySet(revision: 1, policies: policies))
        }
    }

    /// - Parameter over: another store than the bench's own, such as a mortal one.
    func controller(
        over other: (any FleetStore)? = nil, hostDeadline: Duration = .seconds(30)
    ) async throws -> FleetController {
        try await FleetController(
            FleetEnvironment(
                store: other ?? store, connector: fleet,
                keys: ControllerKeys(
                    report: PrivateKey(text: "report"), correct: PrivateKey(text: "correct"), reportPublic: "",
                    correctPublic: ""), agents: AgentPackages(directory: "/nowhere"),
                settings: FleetSettings(hostDeadline: hostDeadline, startDeadline: .seconds(2)),
                log: Log(label: "test", level: .critical)))
    }

    /// Runs `body` with a controller, and ends both.
    func run(
        hostDeadline: Duration = .seconds(30), _ body: (FleetController) async throws -> Void
    ) async throws {
        let controller = try await controller(hostDeadline: hostDeadline)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(controller))
        } catch {
            result = .failure(error)
        }
        await controller.stop()
        await store.close()
        try result.get()
    }
}

extension FleetController {
    /// Plans, starts, and waits until the run has ended or died.
    func remediated(_ requester: Requester = tester) async throws(APIError) -> Remediation {
        let started = try await started(requester)
        await untilIdle()
        return try await remediation(started.id)
    }

    func started(_ requester: Requester = tester) async throws(APIError) -> Remediation {
        let plan = try await plan(Selection())
        return try await remediate(RemediateRequest(selection: Selection(), digest: plan.digest), by: requester)
    }

    /// Until no remediation is driven, those that follow another one included.
    func untilIdle() async {
        while let task = driving.values.first { await task.value }
    }
}

private func enrolled(_ path: NodePath, uuid: String) -> FleetHost {
    FleetHost(
        path: path, address: "127.0.0.1", port: 22, user: "root", hostKeys: ["ssh-ed25519 AAAA"], uuid: uuid,
        agent: InstalledAgent(
            directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "0.1.0"),
        enrolledAt: Date(timeIntervalSince1970: 0))
}

/// A policy about guests of rack7.
func policy(exposure: Bool, mode: PolicyMode = .propose, of guest: String = "build-l1") -> Policy {
    Policy(
        name: "p", selector: PolicySelector(paths: ["rack7/\(guest)"]), desired: DesiredSettings(exposure: exposure),
        mode: mode)
}

let tester = Requester(name: "test")
let rack7 = NodePath(names: ["rack7"])!
let buildL1 = rack7.guest(named: "build-l1")
let plain = rack7.guest(named: "plain")
let inner = buildL1.guest(named: "inner")
