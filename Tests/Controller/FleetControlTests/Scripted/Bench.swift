import AgentDelivery
import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import SecureShell
import StructuredLog

@testable import FleetControl

/// A controller over a store of its own and a scripted fleet, with rack7 and rack7/build-l1 enrolled.
struct Bench {
    let fleet: ScriptedFleet
    let store: SQLiteStore
    let folder: URL

    init(_ fleet: ScriptedFleet, policies: [Policy]) async throws {
        self.fleet = fleet
        folder = FileManager.default.temporaryDirectory.appending(path: "nestor-fleet-\(randomID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appending(path: "nestor.db").path, now: { Date() })
        try await enrol()
        try await store.record { (work) throws(StoreFailure) in
            try work.put(policies: PolicySet(revision: 1, policies: policies))
        }
    }

    func enrol() async throws {
        let hasDeep = fleet.now.deepRuns != nil
        let plain = fleet.now.plain.keys.sorted()
        try await store.record { (work) throws(StoreFailure) in
            try work.put(host: host("rack7", uuid: ScriptedFleet.uuidL0))
            try work.put(host: host("rack7/build-l1", uuid: ScriptedFleet.uuidL1))
            if hasDeep { try work.put(host: host("rack7/build-l1/inner", uuid: ScriptedFleet.uuidInner)) }
            for path in plain {
                try work.put(host: host(path, uuid: ScriptedFleet.uuid(ofHost: path), labels: ["rack": path]))
            }
        }
    }

    /// - Parameters:
    ///   - over: another store than the bench's own, such as a mortal one.
    ///   - isTimed: whether its time is the fleet's own, which passes when somebody sleeps.
    func controller(
        over other: (any FleetStore)? = nil, startDeadline: Duration = .seconds(2), isTimed: Bool = false,
        fourEyes: Bool = false, courier: any ReportCourier = DirectCourier(), now own: (@Sendable () -> Date)? = nil
    ) async throws -> FleetController {
        let time = fleet.time
        let now: @Sendable () -> Date = {
            if let own { return own() }
            guard isTimed else { return Date() }
            return time.date
        }
        var clock: any Clock<Duration> = ContinuousClock()
        if isTimed { clock = time }
        return try await FleetController(
            FleetEnvironment(
                store: other ?? store, connector: fleet,
                keys: ControllerKeys(
                    report: PrivateKey(text: "report"), correct: PrivateKey(text: "correct"), reportPublic: "",
                    correctPublic: ""), agents: AgentPackages(directory: "/nowhere"),
                settings: FleetSettings(
                    hostDeadline: .seconds(5), startDeadline: startDeadline, fourEyes: fourEyes),
                log: Log(label: "test", level: .critical), now: now, clock: clock, courier: courier))
    }

    /// Runs `body` with a controller, and ends both.
    func run(_ body: (FleetController) async throws -> Void) async throws {
        let controller = try await controller()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(controller))
        } catch {
            result = .failure(error)
        }
        await controller.stop()
        await end()
        try result.get()
    }

    func end() async {
        await store.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

extension FleetController {
    /// Plans, starts, and waits until the run has ended or died.
    func remediated(
        _ requester: Requester = Requester(name: "test"), _ rollout: RolloutWish? = nil, now: Bool? = nil
    ) async throws(APIError) -> Remediation {
        let started = try await started(requester, rollout, now: now)
        await untilIdle()
        return try await remediation(started.id)
    }

    func started(
        _ requester: Requester = Requester(name: "test"), _ rollout: RolloutWish? = nil, now: Bool? = nil
    ) async throws(APIError) -> Remediation {
        let plan = try await plan(Selection(), outsideWindows: now == true)
        return try await remediate(
            RemediateRequest(selection: Selection(), digest: plan.digest, rollout: rollout, now: now), by: requester)
    }

    func untilIdle() async {
        while let task = driving.values.first { await task.value }
    }
}

private func host(_ path: String, uuid: String, labels: [String: String] = [:]) -> FleetHost {
    FleetHost(
        path: NodePath(path) ?? NodePath(names: ["x"])!, address: "127.0.0.1", port: 22, user: "root",
        labels: labels, hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ69ij47Ui8l1Gf7FL8pZVAIb3t88sU5s+T1eu4bHHRh"],
        uuid: uuid,
        agent: InstalledAgent(
            directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "0.1.0"),
        enrolledAt: Date(timeIntervalSince1970: 0))
}

/// A policy about build-l1, or about other paths.
func policy(exposure: Bool, mode: PolicyMode = .propose, paths: [String] = ["rack7/build-l1"]) -> Policy {
    Policy(
        name: "p", selector: PolicySelector(paths: paths), desired: DesiredSettings(exposure: exposure),
        mode: mode)
}

let rack7 = NodePath(names: ["rack7"])!
let buildL1 = NodePath(names: ["rack7", "build-l1"])!
