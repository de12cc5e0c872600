import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Testing

/// A lab of `Deploy/lab`, with a controller that has both its hosts enrolled. It ends with its suite, or with the
/// test's process, however that goes.
final class Lab: Sendable {
    struct Place: Decodable {
        struct Level0: Decodable {
            var address, user, hostKeyFingerprint, libvirtSocket, authorizedKeys: String
            var agentDirectory, agentStateDirectory: String
            var port: Int
        }
        struct Level1: Decodable {
            var address, user, hostKeyFingerprint, uuid: String
            var port: Int
        }
        struct Level2: Decodable { var uuid: String }
        var operatorKey: String
        var l0: Level0
        var l1: Level1
        var l2: Level2
    }

    @TaskLocal static var shared: Lab?
    static let host = "rack7"
    static let guest = "rack7/build-l1"
    /// How long its tests wait for a change: an L1 that stands still is noticed and reset within it (lab.d/keeper.sh).
    static let patience: Duration = .seconds(400)

    let state: String
    let place: Place
    let fleet: Fleet

    /// Starts a lab in which L1 has no nesting.
    init() async throws {
        // Short, for libvirt's sockets lie deep below it; short-lived names, for two checkouts may test at once.
        state = "/var/tmp/nit-\(getpid())"
        let program = try #require(BuiltPrograms.lab)
        // What ends the lab when this process can't any more. Its own words have nowhere to go then.
        _ = try ProcessLog.spawn(
            "/bin/sh",
            [
                "-c",
                #"exec > /dev/null 2>&1; while kill -0 "$1" && [ ! -e "$3.down" ]; do sleep 1; done; rm -f "$3.down"; [ ! -e "$3" ] || exec "$2" down --state "$3""#,
                "sh", "\(getpid())", program, state,
            ])
        let up = try await run(
            program, ["up", "--state", state, "--nesting", "off"], environment: Self.environment, within: .seconds(400))
        guard up.code == 0 else { throw TestToolFailure(sentence: "no lab: \(up)") }
        place = try JSONDecoder().decode(
            Place.self, from: try Data(contentsOf: URL(fileURLWithPath: "\(state)/lab.json")))
        fleet = try await Fleet.start(["remediation.start-deadline": "4m", "sweep.deadline": "60s"])
        for words in [enrolmentL0, enrolmentL1] {
            let row: HostRow = try await fleet.ask(words)
            guard row.health.state == .ok else { throw TestToolFailure(sentence: "not enrolled: \(row.health)") }
        }
    }

    /// What of this process' surroundings the lab's program needs.
    private static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { ["HOME", "NESTOR_LAB_CACHE", "XDG_CACHE_HOME"].contains($0.key) }
    }

    private var enrolmentL0: [String] {
        [
            "host", "enrol", Self.host, "--address", place.l0.address, "--port", "\(place.l0.port)", "--user",
            place.l0.user, "--operator-key", place.operatorKey, "--host-key-fingerprint", place.l0.hostKeyFingerprint,
            "--libvirt-socket", place.l0.libvirtSocket, "--agent-directory", place.l0.agentDirectory, "--agent-state",
            place.l0.agentStateDirectory, "--authorized-keys", place.l0.authorizedKeys, "--no-boot-recovery", "--yes",
        ]
    }

    private var enrolmentL1: [String] {
        [
            "host", "enrol", Self.guest, "--address", place.l1.address, "--port", "\(place.l1.port)", "--user",
            place.l1.user, "--operator-key", place.operatorKey, "--host-key-fingerprint", place.l1.hostKeyFingerprint,
            "--yes",
        ]
    }

    /// Ends it, and tells what it left behind.
    func down() async throws {
        fleet.end()
        let outcome = try await self("down")
        #expect(FileManager.default.createFile(atPath: "\(state).down", contents: nil))
        #expect(outcome.code == 0, "\(outcome)")
        if outcome.output.contains("build-l1 stood still") { print(outcome.output) }
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    /// Runs `Deploy/lab COMMAND --state … WORD…`.
    @discardableResult
    func callAsFunction(_ command: String, _ words: String...) async throws -> CommandOutcome {
        try await run(
            BuiltPrograms.lab ?? "", [command, "--state", state] + words, environment: Self.environment,
            within: .seconds(300))
    }
}

// MARK: What the tests look at

extension Lab {
    /// The state of L1, as its own libvirt has it.
    func stateOfL1() async throws -> String { try await self("virsh", "domstate", "build-l1").trimmed }

    /// The state of L2, as L1's libvirt has it; a complaint where L1 is not there.
    func stateOfL2() async throws -> String {
        try await self("ssh", "l1", "virsh", "-q", "-c", "qemu:///system", "domstate", "inner").trimmed
    }

    /// Numbers that rise by one with each start: libvirt's id of L1 (its log there begins anew at each), and the starts
    /// in L2's log.
    func starts() async throws -> (l1: Int, l2: Int) {
        let l1 = try #require(Int(try await self("virsh", "domid", "build-l1").trimmed), "L1 does not run")
        let l2 = try await self("ssh", "l1", "cat", "/var/log/libvirt/qemu/inner.log").output
        return (l1, l2.components(separatedBy: "starting up libvirt version").count - 1)
    }

    /// Starts L2, as its owner would, and waits until it is in user space.
    func startInner() async throws {
        guard try await stateOfL2() != "running" else { return }
        let outcome = try await self("start-inner")
        try #require(outcome.code == 0, "\(outcome)")
        // The plan is made from reports, which must know that it runs.
        let _: DriftReport = try await fleet.ask("report")
    }

    /// The record of the one correction of that verb that is open in L1's journal.
    func openDrain() async throws -> CorrectionRecord? {
        struct Entry: Decodable { var record: CorrectionRecord }
        let text = try await self(
            "ssh", "l1", "for f in /var/lib/nestor-agent/corrections/*-drain-*.json; do cat $f; echo; done"
        ).output
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Entry.self, from: Data($0.utf8)).record
        }.first { $0.phase != .ended }
    }
}

extension CommandOutcome {
    var trimmed: String { (output + complaint).trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// One lab for all tests of a suite.
struct LabTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try await Lab()
        let outcome: Result<Void, any Error>
        do {
            try await Lab.$shared.withValue(lab) { try await function() }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await lab.down()
        try outcome.get()
    }
}
