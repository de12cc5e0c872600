package import AgentDelivery
package import ControllerAPI
package import DriftReports
package import FleetStore
package import FoundationEssentials
package import NestingModel
package import SecureShell
package import StructuredLog

/// All that the controller needs from outside: ports, keys, settings, time.
package struct FleetEnvironment: Sendable {
    package var store: any FleetStore
    package var connector: any SecureShellConnector
    package var keys: ControllerKeys
    package var agents: AgentPackages
    package var settings: FleetSettings
    package var log: Log
    package var now: @Sendable () -> Date
    package var clock: any Clock<Duration>
    /// A new identifier, unique for ever.
    package var newID: @Sendable () -> String
    /// Brings scheduled reports to their recipients.
    package var courier: any ReportCourier
    /// Brings the audit log's head to where it is kept.
    package var headCourier: any AuditHeadCourier

    package init(
        store: any FleetStore, connector: any SecureShellConnector, keys: ControllerKeys, agents: AgentPackages,
        settings: FleetSettings, log: Log, now: @escaping @Sendable () -> Date = { Date() },
        clock: any Clock<Duration> = ContinuousClock(), newID: @escaping @Sendable () -> String = randomID,
        courier: any ReportCourier = DirectCourier(), headCourier: any AuditHeadCourier = DirectCourier()
    ) {
        self.store = store
        self.connector = connector
        self.keys = keys
        self.agents = agents
        self.settings = settings
        self.log = log
        self.now = now
        self.clock = clock
        self.newID = newID
        self.courier = courier
        self.headCourier = headCourier
    }
}

/// The controller's own two keys: sweeps use the reporting one only.
package struct ControllerKeys: Sendable {
    package var report: PrivateKey
    package var correct: PrivateKey
    /// As lines of authorized_keys hold them: type and base64.
    package var reportPublic: String
    package var correctPublic: String

    package init(report: PrivateKey, correct: PrivateKey, reportPublic: String, correctPublic: String) {
        self.report = report
        self.correct = correct
        self.reportPublic = reportPublic
        self.correctPublic = correctPublic
    }
}

/// How often and how long.
package struct FleetSettings: Sendable, Hashable {
    /// Between two sweeps of all hosts.
    package var sweepInterval: Duration
    /// For one host: way, session and report together.
    package var hostDeadline: Duration
    /// Hosts that are read at once.
    package var parallelHosts: Int
    /// How long a guest may take to run, and its agent to answer, after a correction started it.
    package var startDeadline: Duration
    /// An OpenSSH known_hosts file whose keys are accepted at enrolment without asking; nil where there is none.
    package var knownHosts: String?
    package var drift: DriftRules
    /// How far from its being taken an exemption may end.
    package var longestExemption: Duration
    /// How a remediation's guests follow one another, where its request says nothing else.
    package var rollout: Rollout
    /// How many guests one remediation under `enforce` takes at most; with more than one it goes as `rollout` says.
    package var enforcedGuests: Int
    /// Whether a change request needs somebody else than its author to approve it.
    package var fourEyes: Bool
    /// The webhook that is sent the audit log's head; nil where none is.
    package var anchor: WebhookPlace?

    package init(
        sweepInterval: Duration = .seconds(300), hostDeadline: Duration = .seconds(30), parallelHosts: Int = 32,
        startDeadline: Duration = .seconds(300), knownHosts: String? = nil, drift: DriftRules = DriftRules(),
        longestExemption: Duration = .seconds(366 * 86_400),
        rollout: Rollout = Rollout(), enforcedGuests: Int = 1, fourEyes: Bool = false, anchor: WebhookPlace? = nil
    ) {
        self.sweepInterval = sweepInterval
        self.hostDeadline = hostDeadline
        self.parallelHosts = parallelHosts
        self.startDeadline = startDeadline
        self.knownHosts = knownHosts
        self.drift = drift
        self.longestExemption = longestExemption
        self.rollout = rollout
        self.enforcedGuests = enforcedGuests
        self.fourEyes = fourEyes
        self.anchor = anchor
    }
}

/// 128 random bits from the system's generator, in hex.
@Sendable package func randomID() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
        let text = String(generator.next() as UInt64, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
}

/// Who asks for a change, as the audit log names them.
package struct Requester: Sendable, Hashable {
    package var name: String
    /// From where, as far as that can be told.
    package var origin: String
    /// Whom four eyes count: the same as the name, but behind a shared account whoever had logged in before they became
    /// it; nil where that can't be told.
    package var person: String?

    /// - Parameter person: nil where `name` is an account behind which there may be anybody.
    package init(name: String, origin: String = "", person: String?) {
        self.name = name
        self.origin = origin
        self.person = person
    }

    package init(name: String, origin: String = "") {
        self.init(name: name, origin: origin, person: name)
    }

    /// As people read it: `alice (uid 1000) as root (uid 0)`.
    var shown: String { person.flatMap { $0 == name ? nil : "\($0) as \(name)" } ?? name }

    /// The daemon itself: schedules and recovery.
    package static let controller = Requester(name: "nestord")
    /// How the names of those begin in whose name policies are enforced.
    static let enforcing = "nestord (enforces "
}
