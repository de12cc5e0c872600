import AgentDelivery
import CommandLineTable
import ControllerHTTP
import FleetControl
import FleetStore
import FoundationEssentials
import Glibc
import HTTPServing
import LibSSHTransport
import SQLiteStore
import ServiceGroup
import Settings
import StructuredLog

/// `nestord`: reads its settings, opens its state folder, and serves until it is told to stop.
package struct ControllerProgram {
    private let environment: [String: String]
    private let version: String
    private let declared: ControllerSettings

    /// - Parameters:
    ///   - program: the absolute path of nestord itself.
    ///   - version: of this build.
    package init(environment: [String: String], program: String, version: String) {
        self.environment = environment
        self.version = version
        let folder = program.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        declared = ControllerSettings(environment: environment, programDirectory: folder)
    }

    /// - Parameter words: without the program's own name.
    /// - Returns: the exit code: 0 after a graceful stop, 1 where it failed, 64 for a wrong command line, 78 for wrong
    ///   settings.
    package func run(_ words: [String]) async -> Int32 {
        let log = Log(label: "nestord")
        do {
            switch try table.parse(words) {
            case .show(let text):
                print(text)
                return 0
            case .run(let parsed):
                let settings = try load(parsed)
                if parsed.path == ["config", "explain"] {
                    for row in settings.explain() {
                        print(
                            "\(row.key): \(row.value)\n    \(row.help)\n    from \(row.source); \(row.environmentName)")
                    }
                    return 0
                }
                try await serve(settings)
                return 0
            }
        } catch let fault as CommandLineFault {
            log.error("\(fault)")
            return fault.exitCode
        } catch let faults as SettingsFaults {
            for fault in faults.faults { log.error("\(fault)") }
            return 78
        } catch {
            log.critical("not running", ["cause": "\(error)"])
            return 1
        }
    }

    private var table: CommandLineTable {
        let options = [
            CommandOption("config", value: "FILE", "settings; else $NESTOR_CONFIG, else none"),
            CommandOption("set", value: "K=V", "one setting, stronger than file and environment", repeated: true),
        ]
        return CommandLineTable(
            root: Command(
                "nestord", "keep a fleet's nested virtualization as its owner wants it: the controller daemon",
                discussion: "Reads its settings and nothing else at start: policies and hosts enter through 'nestor'.",
                examples: [
                    ("nestord", "for an ordinary user, in that user's own folders"),
                    ("nestord --config /etc/nestor/nestord.yaml", "as the unit runs it"),
                    ("nestord config explain", "each setting, its value and who says so"),
                ], options: options,
                commands: [
                    Command(
                        "config", "look at the settings",
                        commands: [Command("explain", "print each setting, its value and where it comes from")])
                ], runsAlone: true), version: version,
            exitCodes: [
                (0, "stopped as it was asked to"), (1, "failed; the log says why"), (64, "the command line is wrong"),
                (78, "the settings are wrong"),
            ])
    }

    private func load(_ parsed: ParsedCommand) throws(SettingsFaults) -> Settings {
        var file: SettingsFile?
        if let path = parsed.option("config") ?? environment["NESTOR_CONFIG"] { file = try SettingsFile(path: path) }
        return try Settings.load(
            file: file, environment: environment, flags: parsed.pairs("set"), keys: declared.keys,
            otherVariables: ["NESTOR_CONFIG", "NESTOR_SOCKET"])
    }

    private func serve(_ settings: Settings) async throws {
        let log = Log(
            label: "nestord", level: settings[declared.logLevel],
            sink: settings[declared.logFormat] == .json
                ? DescriptorSink.standardError(.json) : DescriptorSink.standardError())
        if getuid() == 0 {
            log.warning("nestord runs as root and needs no privilege: better give it a user of its own")
        }
        let anchor = try declared.audit.read(settings)
        let folder = try StateFolder(path: settings[declared.stateDirectory], log: log)
        let store = try SQLiteStore(path: "\(folder.path)/nestor.db", now: { Date() })
        let fleet = try await FleetController(
            FleetEnvironment(
                store: store, connector: LibSSHConnector(), keys: try folder.keys(),
                agents: AgentPackages(directory: settings[declared.agentsDirectory]),
                settings: FleetSettings(
                    sweepInterval: settings[declared.sweepInterval], hostDeadline: settings[declared.hostDeadline],
                    parallelHosts: settings[declared.parallelHosts], startDeadline: settings[declared.startDeadline],
                    knownHosts: settings[declared.knownHosts], drift: declared.drift.rules(settings),
                    longestExemption: settings[declared.longestExemption], rollout: declared.rollout.read(settings),
                    enforcedGuests: settings[declared.rollout.enforcedGuests],
                    fourEyes: settings[declared.rollout.fourEyes], anchor: anchor),
                log: log))
        try await fleet.note(
            settings: Dictionary(settings.explain().map { ($0.key, $0.value) }) { first, _ in first })
        let service = ControllerService(
            fleet: fleet, access: AccessRule(admins: settings[declared.admins]), log: log, version: version,
            stateDirectory: folder.path)
        let socket = settings[declared.socket]
        try makeSocketFolder(of: socket)
        var configuration = HTTPServer.Configuration(socketPath: socket)
        configuration.mode = settings[declared.socketMode]
        let server = HTTPServer(configuration) { await service.answer($0) }
        log.notice("starting", ["version": version, "state": folder.path, "socket": socket])
        try await ServiceGroup(
            services: [StoreService(store: store), FleetService(fleet: fleet), APIService(server: server)]
        ) { event in
            switch event {
            case .ready: log.notice("ready", ["socket": socket])
            case .signal(let number): log.notice("stopping", ["signal": "\(number)"])
            case .failure(let failure): log.error("a service failed", ["cause": "\(failure)"])
            case .overdue(let name): log.warning("a service did not stop in time", ["service": name])
            case .starting, .started, .stopping, .stopped: break
            }
        }.run()
        log.notice("stopped")
        withExtendedLifetime(folder) {}
    }

    /// The folder keeps out whoever may not connect, also before the socket has its own mode.
    private func makeSocketFolder(of socket: String) throws(StartFailure) {
        let folder = socket.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw StartFailure("the socket's folder '\(folder)' cannot be made: \(error)", remedy: "set api.socket")
        }
    }
}
