import AgentCore
import AgentWire
import Foundation
import Glibc
import LibvirtProvider
import NestingModel
import NestorTestKit
import Testing

@Suite("Killed at any instant, on a real libvirtd", .enabled(if: PrivateLibvirt.isInstalled), .serialized, WithDriver())
struct DriverKillTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        var drains = false
        var verdict = CorrectionVerdict.commit
        var outcome = CorrectionOutcome.committed
        var defines = 1
        var starts = 1
        var memoryAfter: Int64 = 4 << 30
        var testDescription: String { name }
    }

    static let scenarios = [
        Scenario(name: "committed"),
        Scenario(
            name: "rolled back", verdict: .rollback, outcome: .rolledBack, defines: 2, starts: 2, memoryAfter: 2 << 30),
        Scenario(name: "drained", drains: true, defines: 0, memoryAfter: 2 << 30),
    ]

    @Test("The next worker goes on: nothing twice, and the guest runs", arguments: scenarios)
    func killed(_ scenario: Scenario) async throws {
        let calls = try await lives(scenario, killAt: nil)
        #expect(calls > 8)
        for number in 1...calls { _ = try await lives(scenario, killAt: number) }
    }

    /// One correction in the hands of a worker that is killed at a call and one that goes on.
    /// - Returns: how many calls the last one made.
    private func lives(_ scenario: Scenario, killAt: Int?) async throws -> Int {
        let host = try #require(WithDriver.current)
        let guest = try host.reset()
        let temporary = try TemporaryFolder()
        let folder = StateFolder(temporary("state"))
        try folder.prepare()
        try folder.store(Enrolment(controller: "c1", epoch: 1))
        let request = CorrectionRequest(
            id: "k1", verb: scenario.drains ? .drainGuests : .setGuest, guest: scenario.drains ? nil : guest.uuid,
            change: scenario.drains ? nil : GuestChange(startupMemory: 4 << 30),
            definitionDigest: scenario.drains ? nil : guest.definitionDigest.value, shutdownSeconds: 60,
            startSeconds: 60,
            holdSeconds: 600)
        _ = try CorrectionDesk(folder).accept(CorrectParameters(controller: "c1", epoch: 1, corrections: [request]))
        var life = DriverLife(
            folder: temporary.path, socket: host.libvirt.socketPath, verdict: scenario.verdict, killAt: killAt)
        if killAt != nil {
            await #expect(processExitsWith: .signal(SIGKILL)) { [life = life as DriverLife] in try life.live() }
            life.killAt = nil
        }
        await #expect(processExitsWith: .success) { [life = life as DriverLife] in try life.live() }
        let when = "killed at \(killAt ?? 0)"
        let record = try Journal(folder).content().records().first
        #expect(record?.outcome == scenario.outcome, "\(when): \(record?.sentence ?? "")")
        let after = try #require(try host.provider.guest(host.uuid))
        #expect(after.state == .running, "\(when)")
        #expect(after.memory.startup == .known(scenario.memoryAfter), "\(when)")
        let effects = try String(contentsOfFile: temporary("effects"), encoding: .utf8).split(separator: "\n")
        #expect(effects.count { $0 == "define" } == scenario.defines, "\(when)")
        #expect(effects.count { $0 == "start" } == scenario.starts, "\(when)")
        return Int(try String(contentsOfFile: temporary("calls"), encoding: .utf8)) ?? 0
    }
}

/// What a child process is told.
struct DriverLife: Codable, Sendable {
    var folder: String
    var socket: String
    var verdict: CorrectionVerdict
    var killAt: Int?

    func live() throws {
        let state = StateFolder(folder + "/state")
        let provider = KillingProvider(
            LibvirtProvider(socket: socket, uri: DriverHost.uri), killAt: killAt, effects: folder + "/effects")
        let waiter = ToldWaiter(state, verdict)
        try Worker(journal: try Journal(state), guests: provider, clock: KernelClock(), waiter: waiter).run()
        try DurableFile.write(Array("\(provider.calls)".utf8), to: folder + "/calls")
        exit(EXIT_SUCCESS)
    }
}
