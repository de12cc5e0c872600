import ControllerAPI
import FoundationEssentials
import NestingModel

/// The sentences of a report that its formats share.
struct ReportWords {
    let run: ReportRun

    var title: String { "Drift report \(run.summary.report)" }

    var when: String {
        let asked = run.summary.dueAt == nil ? ", asked for by \(run.summary.requestedBy.shown)" : ""
        return "run \(run.summary.number), \(Self.time(run.summary.at))\(asked)"
    }

    var late: String? {
        guard run.summary.late, let due = run.summary.dueAt else { return nil }
        return "late: due at \(Self.time(due))"
    }

    var comparison: String {
        run.summary.previousAt.map { "compared with the run of \(Self.time($0))" } ?? "the first run"
    }

    var scope: String {
        "\(Self.count(run.hosts, "host")), \(Self.count(run.guests, "guest")), policies at revision \(run.policyRevision)"
    }

    /// What is frozen, since when and until when.
    var freezes: [String] {
        run.standingFreezes.map { freeze in
            let until = freeze.until.map { " until \(Self.time($0))" } ?? ""
            let subject = freeze.isOfFleet ? "The fleet is" : freeze.subject.shown
            return "\(subject) frozen since \(Self.time(freeze.since))\(until) by \(freeze.by.shown): "
                + "\(freeze.reason.shown); no correction starts\(freeze.isOfFleet ? "" : " there")"
        }
    }

    /// For the foot of the page, where whoever keeps the report keeps it outside the store.
    var auditHead: String? {
        run.auditHead.map { head in
            head.number == 0
                ? "audit log: no record yet"
                : "audit log: \(Self.count(head.number, "record")), head \(head.hash.shown)"
        }
    }

    static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    /// In UTC, to the minute.
    static func time(_ date: Date) -> String {
        String(date.formatted(.iso8601).prefix(16)).replacing("T", with: " ") + " UTC"
    }

    static func title(of standing: FindingStanding) -> String {
        switch standing {
        case .new: "New"
        case .regressed: "Regressed"
        case .persisting: "Persisting"
        case .resolved: "Resolved"
        case .exempted: "Exempted"
        case .unknown: "Other"
        }
    }
}
