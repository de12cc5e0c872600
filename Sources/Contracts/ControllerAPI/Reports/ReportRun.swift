package import FoundationEssentials
package import NestingModel

/// One run of a report, whole: `nestor.scheduled-report/1`.
package struct ReportRun: Codable, Sendable, Hashable, FreezeReminder {
    package static let currentSchema = "nestor.scheduled-report/1"

    package var schema: String
    package var summary: ReportRunSummary
    package var policyRevision: Int
    /// Selected ones.
    package var hosts: Int
    package var guests: Int
    /// Hosts that could not be read, with the state that says why.
    package var notHeard: [HostRowState]
    package var freeze: Freeze?
    package var freezes: [Freeze]?
    /// How many of the selected nodes are as the policies want them: all, then by policy, then by level.
    package var compliance: ComplianceTable
    /// The same if no exemption held; nil where none does.
    package var complianceBeforeExemptions: ComplianceTable?
    /// Of this run and those before it, oldest first.
    package var trend: [ReportTrendPoint]
    package var tree: ReportTree
    /// Of the audit log when it ran, so that a reader keeps it outside the store; nil in runs from before this was kept.
    package var auditHead: AuditHead?
    /// The worst first within each standing.
    package var findings: ReportedFindings

    package init(
        summary: ReportRunSummary, policyRevision: Int, hosts: Int, guests: Int, notHeard: [HostRowState],
        freezes: [Freeze], compliance: ComplianceTable, complianceBeforeExemptions: ComplianceTable? = nil,
        trend: [ReportTrendPoint], tree: ReportTree, findings: [ReportedFinding]
    ) {
        self.schema = Self.currentSchema
        self.summary = summary
        self.policyRevision = policyRevision
        self.hosts = hosts
        self.guests = guests
        self.notHeard = notHeard
        self.freeze = freezes.first
        self.freezes = freezes.isEmpty ? nil : freezes
        self.compliance = compliance
        self.complianceBeforeExemptions = complianceBeforeExemptions
        self.trend = trend
        self.tree = tree
        self.findings = ReportedFindings(findings)
    }
}

/// One run in short.
package struct ReportRunSummary: Codable, Sendable, Hashable {
    package var id: String
    package var report: String
    /// Rises by one from run to run of the same report.
    package var number: Int
    package var at: Date
    /// When it was due; nil where somebody asked for it.
    package var dueAt: Date?
    /// Whether it ran more than a minute after it was due, since the controller was down.
    package var late: Bool
    package var requestedBy: String
    /// The run that it is compared with.
    package var previousID: String?
    package var previousAt: Date?
    package var counts: ReportCounts
    package var compliance: ComplianceShare

    package init(
        id: String, report: String, number: Int, at: Date, dueAt: Date?, late: Bool, requestedBy: String,
        previousID: String?, previousAt: Date?, counts: ReportCounts, compliance: ComplianceShare
    ) {
        self.id = id
        self.report = report
        self.number = number
        self.at = at
        self.dueAt = dueAt
        self.late = late
        self.requestedBy = requestedBy
        self.previousID = previousID
        self.previousAt = previousAt
        self.counts = counts
        self.compliance = compliance
    }
}

/// Findings by what became of them since the run before.
package struct ReportCounts: Codable, Sendable, Hashable {
    package var new: Int
    package var persisting: Int
    package var regressed: Int
    package var resolved: Int
    /// Hosts not heard from.
    package var notHeard: Int

    package init(new: Int = 0, persisting: Int = 0, regressed: Int = 0, resolved: Int = 0, notHeard: Int = 0) {
        self.new = new
        self.persisting = persisting
        self.regressed = regressed
        self.resolved = resolved
        self.notHeard = notHeard
    }

    package var open: Int { new + persisting + regressed }
}

/// What became of a finding since the run before.
package enum FindingStanding: String, OpenEnumeration, CaseIterable {
    case new
    /// It had ended, and is back.
    case regressed
    case persisting, resolved
    /// An exemption holds it: neither open nor ended.
    case exempted
    case unknown

    package var isOpen: Bool { self != .resolved && self != .exempted }
}

package struct ReportedFinding: Codable, Sendable, Hashable {
    package var standing: FindingStanding
    package var finding: Finding

    package init(standing: FindingStanding, finding: Finding) {
        self.standing = standing
        self.finding = finding
    }
}

/// How many nodes are as wanted.
package struct ComplianceShare: Codable, Sendable, Hashable {
    package var inLine: Int
    package var outOfLine: Int
    /// Could not be told: the host was not read, or the fact was not.
    package var unknown: Int

    package init(inLine: Int = 0, outOfLine: Int = 0, unknown: Int = 0) {
        self.inLine = inLine
        self.outOfLine = outOfLine
        self.unknown = unknown
    }

    package var nodes: Int { inLine + outOfLine + unknown }

    /// In tenths of a percent, cut and never rounded up; nil where no policy asks anything of any node. What can't be
    /// told is not in line.
    package var permille: Int? { nodes == 0 ? nil : inLine * 1_000 / nodes }

    package var percentText: String {
        permille.map { $0 == 1_000 ? "100 %" : "\($0 / 10).\($0 % 10) %" } ?? "–"
    }
}

package struct ComplianceTable: Codable, Sendable, Hashable {
    package var all: ComplianceShare
    /// By name.
    package var policies: [PolicyCompliance]
    /// Rising.
    package var levels: [LevelCompliance]

    package init(
        all: ComplianceShare = ComplianceShare(), policies: [PolicyCompliance] = [], levels: [LevelCompliance] = []
    ) {
        self.all = all
        self.policies = policies
        self.levels = levels
    }
}

package struct PolicyCompliance: Codable, Sendable, Hashable {
    package var policy: String
    package var share: ComplianceShare

    package init(policy: String, share: ComplianceShare) {
        self.policy = policy
        self.share = share
    }
}

package struct LevelCompliance: Codable, Sendable, Hashable {
    package var level: Int
    package var share: ComplianceShare

    package init(level: Int, share: ComplianceShare) {
        self.level = level
        self.share = share
    }
}

package struct ReportTrendPoint: Codable, Sendable, Hashable {
    package var at: Date
    package var counts: ReportCounts
    package var compliance: ComplianceShare

    package init(_ summary: ReportRunSummary) {
        at = summary.at
        counts = summary.counts
        compliance = summary.compliance
    }
}
