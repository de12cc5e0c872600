package import FoundationEssentials

/// What a fleet's owner wants of some guests or hosts, and how far Nestor may go for it.
package struct Policy: Codable, Sendable, Hashable {
    /// Unique in the fleet.
    package var name: String
    /// The higher one decides; two of the same priority that disagree about a setting are an error.
    package var priority: Int
    package var selector: PolicySelector
    package var desired: DesiredSettings
    /// For drift that a host brought about, and for all drift where `intendedMode` says nothing else.
    package var mode: PolicyMode
    /// For drift that a change of the policies brought about; nil where it is the same.
    package var intendedMode: PolicyMode?
    /// Where another mode holds; the first that matches decides.
    package var modes: [ModeRule]
    /// It counts from then on; nil from when it was taken.
    package var from: Moment?
    /// How long after `from` a node also complies that has what would be decided without this policy.
    package var graceSeconds: Int?
    package var disruption: DisruptionRules
    package var severity: Severity
    /// Where it was written, `builders.yaml:12`.
    package var place: String

    package init(
        name: String, priority: Int = 0, selector: PolicySelector, desired: DesiredSettings,
        mode: PolicyMode = .audit, intendedMode: PolicyMode? = nil, modes: [ModeRule] = [], from: Moment? = nil,
        graceSeconds: Int? = nil, disruption: DisruptionRules = DisruptionRules(), severity: Severity = .medium,
        place: String = ""
    ) {
        self.name = name
        self.priority = priority
        self.selector = selector
        self.desired = desired
        self.mode = mode
        self.intendedMode = intendedMode
        self.modes = modes
        self.from = from
        self.graceSeconds = graceSeconds
        self.disruption = disruption
        self.severity = severity
        self.place = place
    }

    /// How far it counts at a time.
    package func phase(at now: Date) -> PolicyPhase {
        guard let from else { return .full }
        if now < from.date { return .waiting }
        return graceEnd.map { now < $0 } == true ? .grace : .full
    }

    /// Whether there is drift under it that may be corrected without being asked.
    package var mayEnforce: Bool {
        ([mode, intendedMode] + modes.flatMap { [$0.mode, $0.intendedMode] }).contains(.enforce)
    }

    /// Nil where it has no grace.
    package var graceEnd: Date? {
        guard let from, let graceSeconds else { return nil }
        return from.date.addingTimeInterval(TimeInterval(graceSeconds))
    }
}

/// How far a policy counts.
package enum PolicyPhase: String, OpenEnumeration {
    /// Its date has not come: as if it were not there.
    case waiting
    /// What would be decided without it complies, too.
    case grace
    case full
    case unknown
}

/// The settings that a policy may ask for; nil says nothing about that one.
package struct DesiredSettings: Codable, Sendable, Hashable {
    package var exposure: Bool?
    /// At least so much, in bytes.
    package var startupMemory: Int64?
    package var dynamicMemory: Bool?
    /// At least so many.
    package var maximumVCPUs: Int?
    /// Every interface of the guest; it has no remedy by an agent yet.
    package var macSpoofing: Bool?
    /// False: no saved state may wait.
    package var savedState: Bool?
    /// False: no snapshot may be there; it has no remedy by an agent.
    package var snapshots: Bool?
    /// Whether the guest starts with its host; it has no remedy by an agent yet.
    package var autostart: Bool?
    /// A host's own module parameter, configured and loaded; it has no remedy by an agent yet.
    package var hostNesting: Bool?

    package init(
        exposure: Bool? = nil, startupMemory: Int64? = nil, dynamicMemory: Bool? = nil, maximumVCPUs: Int? = nil,
        macSpoofing: Bool? = nil, savedState: Bool? = nil, snapshots: Bool? = nil,
        autostart: Bool? = nil, hostNesting: Bool? = nil
    ) {
        self.exposure = exposure
        self.startupMemory = startupMemory
        self.dynamicMemory = dynamicMemory
        self.maximumVCPUs = maximumVCPUs
        self.macSpoofing = macSpoofing
        self.savedState = savedState
        self.snapshots = snapshots
        self.autostart = autostart
        self.hostNesting = hostNesting
    }

    package var isEmpty: Bool { self == DesiredSettings() }
}

/// How far Nestor goes by itself.
package enum PolicyMode: String, OpenEnumeration, CaseIterable {
    /// Report drift.
    case audit
    /// Report drift, and correct when a person asks for it.
    case propose
    /// Correct drift without being asked.
    case enforce
    case unknown

    /// The less, the more careful; a mode that this build doesn't know gives none.
    package var power: Int {
        switch self {
        case .unknown: 0
        case .audit: 1
        case .propose: 2
        case .enforce: 3
        }
    }
}

/// What a correction under a policy may disturb.
package struct DisruptionRules: Codable, Sendable, Hashable {
    /// Whether the guest may be restarted; where it may not, only its next start gets the setting.
    package var restart: Bool
    /// Whether running guests inside it may be stopped first and started again afterwards.
    package var drain: Bool
    /// How long a guest may take to shut down.
    package var shutdownSeconds: Int
    /// How old a report may be that a plan is made from.
    package var reportAgeSeconds: Int
    package var consent: CorrectionConsent

    package init(
        restart: Bool = true, drain: Bool = true, shutdownSeconds: Int = 120, reportAgeSeconds: Int = 900,
        consent: CorrectionConsent = CorrectionConsent()
    ) {
        self.restart = restart
        self.drain = drain
        self.shutdownSeconds = shutdownSeconds
        self.reportAgeSeconds = reportAgeSeconds
        self.consent = consent
    }
}

/// How much a finding matters.
package enum Severity: String, OpenEnumeration, CaseIterable, Comparable {
    case info, low, medium, high, critical, unknown

    package static func < (left: Severity, right: Severity) -> Bool {
        let order = Severity.allCases
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}
