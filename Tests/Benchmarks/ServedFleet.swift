import AgentDelivery
import ControllerHTTP
import FleetControl
import Foundation
import Glibc
import HTTPServing
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog

/// The controller with the API over a stored fleet, in a process of its own, whose agents all say that nothing changed:
/// what `nestord` does for a report, without ten thousand hosts to ask.
final class ServedFleet {
    /// What that process is told to do: `serve FOLDER`.
    static let word = "serve"

    private let folder: TemporaryFolder
    private let process: MeasuredProcess

    /// - Parameter folder: with the store in `nestor.db`.
    init(in folder: TemporaryFolder) async throws {
        self.folder = folder
        process = try MeasuredProcess("/proc/self/exe", [Self.word, folder.path])
        guard await process.log.contains("ready", orEndsWithin: .seconds(60)) else {
            process.end()
            throw BenchmarkFault(description: "the controller does not start: \(process.log.text.suffix(400))")
        }
    }

    /// The process itself; it ends when it is killed.
    static func serve(_ words: ArraySlice<String>) async throws {
        guard let folder = words.first else { return }
        let store = try SQLiteStore(path: folder + "/nestor.db", now: { Date() })
        let key = PrivateKey(text: "")
        let log = Log(label: "benchmark", level: .error)
        let fleet = try await FleetController(
            FleetEnvironment(
                store: store, connector: SyntheticAgents([]),
                keys: ControllerKeys(report: key, correct: key, reportPublic: "", correctPublic: ""),
                agents: AgentPackages(directory: folder), settings: FleetSettings(), log: log))
        let service = ControllerService(
            fleet: fleet, access: AccessRule(admins: []), log: log, version: "1", stateDirectory: folder)
        let server = HTTPServer(HTTPServer.Configuration(socketPath: folder + "/sock")) { await service.answer($0) }
        try server.start()
        ProgressLine.write("ready")
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }

    @discardableResult
    func run(_ words: [String], expecting status: Int32) throws -> Program.Run {
        try Program.run(
            try RunningController.program("nestor"), ["--socket", folder("sock")] + words, expecting: status)
    }

    func processorTime() -> Duration { process.processorTime() }
    func takePeak() -> Int { process.takePeak() }
    func stop() { process.end() }
}
