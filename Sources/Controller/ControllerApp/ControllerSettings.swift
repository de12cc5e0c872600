import ControllerAPI
import FoundationEssentials
import Settings
import StructuredLog

/// All settings of `nestord`. Policies and the fleet are no settings: they enter through the API.
struct ControllerSettings {
    let stateDirectory: SettingKey<String>
    let socket: SettingKey<String>
    let socketMode = SettingKey<UInt32>(
        "api.mode", expected: "permission bits in octal, as 0660", default: 0o660,
        help: "the socket's permissions: whoever may write to it may connect and read",
        parse: { raw in raw.text.flatMap { UInt32($0, radix: 8) }.flatMap { $0 <= 0o777 ? $0 : nil } },
        show: { "0" + String($0, radix: 8) })
    let admins = SettingKey.list(
        "api.admins", help: "users, beside nestord's own and root, who may change things: names or numbers")
    let sweepInterval = SettingKey.duration(
        "sweep.interval", in: .seconds(1)...(.seconds(86_400)), default: .seconds(300),
        help: "between two sweeps of all hosts")
    let hostDeadline = SettingKey.duration(
        "sweep.deadline", in: .seconds(1)...(.seconds(600)), default: .seconds(30),
        help: "for one host: way, session and report together")
    let parallelHosts = SettingKey.int(
        "sweep.parallel", in: 1...1_000, default: 32, help: "hosts that are read at once")
    let startDeadline = SettingKey.duration(
        "remediation.start-deadline", in: .seconds(5)...(.seconds(3_600)), default: .seconds(300),
        help: "how long a guest may take to run, and its agent to answer, after a correction started it")
    let rollout = RolloutSettings()
    let knownHosts = SettingKey.optionalPath(
        "ssh.known-hosts",
        help: "an OpenSSH known_hosts file: at enrolment its keys are accepted without asking, and others are refused")
    let drift = DriftSettings()
    let longestExemption = SettingKey.duration(
        "policies.longest-exemption", in: .seconds(60)...(.seconds(3_660 * 86_400)), default: .seconds(366 * 86_400),
        help: "how far from its being taken an exemption may end")
    let audit = AuditSettings()
    let agentsDirectory: SettingKey<String>
    let logLevel = SettingKey.oneOf("log.level", default: LogLevel.info, help: "the least level that is written")
    let logFormat = SettingKey.oneOf(
        "log.format", default: LogForm.auto, help: "auto: what standard error is; json: one object a line")

    enum LogForm: String, CaseIterable {
        case auto, json
    }

    /// - Parameter programDirectory: where nestord itself lies; the agents' files are beside it.
    init(environment: [String: String], programDirectory: String) {
        // systemd names the folder that it made for the unit.
        let state = environment["STATE_DIRECTORY"] ?? SocketPlace.stateDirectory(environment)
        let runtime = environment["RUNTIME_DIRECTORY"].map { "\($0)/nestord.sock" }
        stateDirectory = .path("state.directory", default: state, help: "the store, the keys and known facts; 0700")
        socket = .path(
            "api.socket", default: runtime ?? SocketPlace.ofUser(environment), help: "where the API listens")
        agentsDirectory = .path(
            "agents.directory", default: "\(programDirectory)/agents",
            help: "holds nestor-agent-linux-x86_64 and its sisters")
    }

    var keys: [any DeclaredSetting] {
        [
            stateDirectory, socket, socketMode, admins, sweepInterval, hostDeadline, parallelHosts, startDeadline,
            knownHosts, longestExemption, agentsDirectory, logLevel, logFormat,
        ] + drift.keys + rollout.keys + audit.keys
    }
}
