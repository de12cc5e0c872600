import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Synchronization

/// A controller of the test's own: the real nestord with its own folders, socket and keys, and the real nestor that
/// talks to it. It ends with this object, or with the test's process.
final class Fleet: Sendable {
    private struct Daemon {
        var pid: Int32
        var log: ProcessLog
        var watchdog: Watchdog
    }

    let folder: TemporaryFolder
    private let daemon = Mutex<Daemon?>(nil)
    /// Their files must outlive them.
    private let begun = Mutex<[Command]>([])

    /// Starts nestord.
    /// - Parameter settings: such as `sweep.deadline`, beside or instead of the kit's own.
    static func start(_ settings: [String: String] = [:]) async throws -> Fleet {
        let fleet = try Fleet(settings)
        try await fleet.start()
        return fleet
    }

    /// Prepares the folders, and starts nothing.
    init(_ settings: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("agents"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder("agents/nestor-agent-\(BuiltPrograms.platform)"), withDestinationPath: BuiltPrograms.agent)
        // Only the tests sweep, unless they say otherwise.
        let all = [
            "state.directory": folder("state"), "api.socket": socket, "agents.directory": folder("agents"),
            "sweep.interval": "1d", "sweep.deadline": "20s",
        ].merging(settings) { $1 }
        let groups = Dictionary(grouping: all) { $0.key.split(separator: ".")[0] }
        let text = groups.map { group, entries in
            "\(group):\n"
                + entries.map { "  \($0.key.split(separator: ".")[1]): \"\($0.value)\"\n" }.joined()
        }.joined()
        try folder.write(text, to: "nestord.yaml")
    }

    var socket: String { folder("api/nestord.sock") }
    var stateDirectory: String { folder("state") }
    /// Of the nestord that runs, or ran last.
    var log: String { daemon.withLock { $0?.log.text } ?? "" }
    var pid: Int32? { daemon.withLock { $0?.pid } }

    /// Starts nestord, and waits until it is ready.
    /// - Parameter words: more of its command line.
    func start(_ words: [String] = []) async throws {
        let (pid, log) = try ProcessLog.spawn(
            BuiltPrograms.nestord, ["--config", folder("nestord.yaml")] + words, environment: ["HOME": folder.path])
        let watchdog = try Watchdog(over: pid)
        daemon.withLock { $0 = Daemon(pid: pid, log: log, watchdog: watchdog) }
        guard await log.contains("ready", orEndsWithin: .seconds(60)) else {
            throw TestToolFailure(sentence: "nestord did not start: \(log.text)")
        }
    }

    /// Ends nestord, and waits for that.
    /// - Parameter signal: SIGKILL as a crash, SIGTERM as the service manager.
    /// - Returns: how it ended, as a shell says it; nil where none ran.
    @discardableResult
    func end(_ signal: Int32 = SIGKILL) -> Int32? {
        guard
            let ended = daemon.withLock({ daemon in
                defer { daemon = nil }
                return daemon
            })
        else { return nil }
        ended.watchdog.end()
        kill(ended.pid, signal)
        var status: Int32 = 0
        while waitpid(ended.pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// Runs `nestor`.
    func nestor(_ words: [String], within deadline: Duration = .seconds(120)) async throws -> CommandOutcome {
        try await run(BuiltPrograms.nestor, words, environment: environment, within: deadline)
    }

    func nestor(_ words: String..., within deadline: Duration = .seconds(120)) async throws -> CommandOutcome {
        try await nestor(words, within: deadline)
    }

    /// Runs `nestor … --output json`, and reads what it answers.
    /// - Parameter codes: the exit codes that are fine.
    func ask<Answer: Decodable>(
        _ words: [String], codes: Set<Int32> = [0, 1, 2, 5], as type: Answer.Type = Answer.self,
        within deadline: Duration = .seconds(300)
    ) async throws -> Answer {
        let outcome = try await nestor(words + ["--output", "json"], within: deadline)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            guard codes.contains(outcome.code) else { throw TestToolFailure(sentence: "that exit code is not fine") }
            return try decoder.decode(Answer.self, from: Data(outcome.output.utf8))
        } catch {
            throw TestToolFailure(
                sentence: "nestor \(words.joined(separator: " ")): \(error)\n\(outcome)\nnestord: \(log.suffix(4000))")
        }
    }

    func ask<Answer: Decodable>(
        _ words: String..., as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try await ask(words)
    }

    /// Starts a `nestor` and does not wait for it.
    @discardableResult
    func begin(_ words: String...) throws -> Command {
        let command = try Command(BuiltPrograms.nestor, words, environment: environment)
        begun.withLock { $0.append(command) }
        return command
    }

    var environment: [String: String] { ["NESTOR_SOCKET": socket, "HOME": folder.path] }

    deinit { end() }
}

// MARK: What most tests ask for

extension Fleet {
    func hosts() async throws -> [HostRow] { try await ask("host", "list") }
    func findings() async throws -> [Finding] { try await ask("drift", "--refresh") }
    func remediation(_ id: String) async throws -> Remediation { try await ask("remediation", "show", id) }

    /// Reads every host now, and tells the state of each.
    func states() async throws -> [String: HostState] {
        let _: DriftReport = try await ask("report")
        return Dictionary(uniqueKeysWithValues: try await hosts().map { ($0.path.description, $0.health.state) })
    }

    /// Takes a policy file.
    @discardableResult
    func apply(_ yaml: String, _ more: String...) async throws -> CommandOutcome {
        let file = try folder.write(yaml, to: "policy.yaml")
        return try await nestor(["policy", "apply", "-f", file] + more)
    }

    /// Waits until the controller has ended a remediation, or somebody must look at it.
    func ended(_ id: String, within deadline: Duration = .seconds(120)) async throws -> Remediation {
        var last = try await remediation(id)
        try await eventually("remediation \(id) ends: \(last)", within: deadline) {
            last = try await remediation(id)
            return last.state != .running
        }
        return last
    }
}
