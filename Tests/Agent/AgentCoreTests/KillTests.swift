import AgentCore
import AgentWire
import FoundationEssentials
import Glibc
import NestingModel
import Testing

/// A worker in a process of its own is killed (SIGKILL) before or after each call that it makes to the hypervisor, so
/// at every step and between every two writes of its journal; the next one goes on.
@Suite("Killed at any instant")
struct KillTests {
    struct Scenario: Sendable, Codable, CustomTestStringConvertible {
        var name: String
        var world: PretendWorld
        var request: CorrectionRequest
        var verdict: CorrectionVerdict?
        var outcome: CorrectionOutcome
        /// Effects that may come once at most, in all lives of the worker together.
        var effects: [String: Int]
        var testDescription: String { name }
    }

    static let scenarios: [Scenario] = {
        let guest = PretendGuest(1)
        var unstartable = guest
        unstartable.failsToStartWith = ["exposure": "on"]
        let two = PretendWorld(PretendGuest(1), PretendGuest(2))
        var rebooting = two
        rebooting.plans = [.init(at: 1001.2, what: .reboot(autostart: []))]
        let once = ["define guest1": 1, "start guest1": 1]
        let twice = ["define guest1": 2, "start guest1": 2]
        return [
            Scenario(
                name: "committed", world: PretendWorld(guest), request: .set(guest), verdict: .commit,
                outcome: .committed,
                effects: once),
            Scenario(
                name: "never told", world: PretendWorld(guest), request: .set(guest, hold: 10), outcome: .kept,
                effects: once),
            Scenario(
                name: "rolled back", world: PretendWorld(guest), request: .set(guest), verdict: .rollback,
                outcome: .rolledBack, effects: twice),
            Scenario(
                name: "does not start", world: PretendWorld(unstartable), request: .set(guest), outcome: .failed,
                effects: ["define guest1": 2, "start guest1": 1]),
            Scenario(
                name: "drained", world: two, request: .drain(hold: 60), outcome: .committed,
                effects: ["start guest1": 1, "start guest2": 1]),
            Scenario(
                name: "drained, with a reboot", world: rebooting, request: .drain(hold: 60), outcome: .committed,
                effects: ["start guest1": 1, "start guest2": 1]),
        ]
    }()

    @Test("The next worker goes on: nothing twice, and all that ran runs", arguments: scenarios)
    func killed(_ scenario: Scenario) async throws {
        let calls = try await lives(scenario, killAt: nil)
        #expect(calls > 10)
        for number in 1...calls { _ = try await lives(scenario, killAt: number) }
    }

    /// A worker that is killed at a call and one that goes on, or only the one that is not killed.
    /// - Returns: how many calls the last one made.
    private func lives(_ scenario: Scenario, killAt: Int?) async throws -> Int {
        let bench = try Bench(scenario.world)
        let file = bench.path + "/world.json"
        try PretendHypervisor.store(scenario.world, to: file)
        try bench.order(scenario.request)
        var life = Life(path: bench.path, verdict: scenario.verdict, killAt: killAt)
        if killAt != nil {
            await #expect(processExitsWith: .signal(SIGKILL)) { [life = life as Life] in try life.live() }
            life.killAt = nil
        }
        await #expect(processExitsWith: .success) { [life = life as Life] in try life.live() }
        let after = try PretendHypervisor(file: file, killAt: nil).world
        let when = "killed at \(killAt ?? 0)"
        for (effect, most) in scenario.effects { #expect(after.count(effect) <= most, "\(effect), \(when)") }
        for (uuid, guest) in scenario.world.guests where guest.state == .running {
            #expect(after.runs(uuid), "\(guest.name), \(when)")
        }
        #expect(bench.record?.outcome == scenario.outcome, "\(when): \(bench.record?.sentence ?? "")")
        let count = try DurableFile.read(bench.path + "/calls", limit: 20)
        return Int(String(decoding: count, as: UTF8.self)) ?? 0
    }
}

/// What a child process is told.
struct Life: Codable, Sendable {
    var path: String
    var verdict: CorrectionVerdict?
    var killAt: Int?

    func live() throws {
        let journal = try Journal(StateFolder(path + "/state"))
        let host = try PretendHypervisor(file: path + "/world.json", killAt: killAt)
        let desk = CorrectionDesk(StateFolder(path + "/state"))
        let verdict = verdict
        host.meanwhile = { _ in
            guard let verdict, let content = try? journal.content() else { return }
            for entry in content.entries where entry.isWaiting && entry.verdict == nil {
                _ = try? desk.finish(
                    FinishParameters(controller: "c1", epoch: 5, id: entry.request.id, verdict: verdict))
            }
        }
        try Worker(journal: try Journal(StateFolder(path + "/state")), guests: host, clock: host, waiter: host).run()
        try DurableFile.write(Array("\(host.calls)".utf8), to: path + "/calls")
        exit(EXIT_SUCCESS)
    }
}
