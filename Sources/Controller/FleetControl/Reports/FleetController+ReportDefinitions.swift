package import ControllerAPI
import DriftReports
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import YAMLDocument

extension FleetController {
    /// All reports, with how each last went and how its recipients take it.
    package func reports() async throws(APIError) -> ReportsAnswer {
        try await read { (work) throws(StoreFailure) in
            let set = try work.reports()
            let waiting = Dictionary(grouping: try work.deliveries(to: nil), by: \.key).mapValues(\.count)
            var rows: [ReportRow] = []
            for report in set.reports {
                let memory = try work.reportMemory(of: report.name)
                var recipients: [RecipientRow] = []
                for recipient in report.recipients {
                    let key = RecipientKey(report: report.name, recipient: recipient.name)
                    recipients.append(
                        RecipientRow(
                            name: recipient.name, place: recipient.place.summary,
                            health: try work.recipientHealth(key) ?? RecipientHealth(), waiting: waiting[key] ?? 0))
                }
                rows.append(
                    ReportRow(
                        definition: report,
                        nextAt: memory.flatMap { memory in
                            (try? report.schedule.schedule())?.next(after: memory.seenTo)
                        },
                        last: try work.reportRuns(of: report.name, limit: 1).first, recipients: recipients))
            }
            return ReportsAnswer(revision: set.revision, reports: rows)
        }
    }

    func reportsStatus() async throws(APIError) -> ReportsStatus {
        let rows = try await reports().reports
        return ReportsStatus(
            reports: rows.count, nextAt: rows.compactMap(\.nextAt).min(),
            failing: rows.flatMap { row in
                row.recipients.filter(\.health.isFailing).map {
                    "\(row.definition.name)/\($0.name): \($0.health.sentence)"
                }
            })
    }

    /// Takes reports from files: all of them or, where anything is wrong, none.
    package func apply(reports request: ApplyRequest, by requester: Requester) async throws(APIError)
        -> ApplyAnswer
    {
        let before = try await read { (work) throws(StoreFailure) in try work.reports() }
        if let expected = request.expectedRevision, expected != before.revision {
            throw APIError(
                code: "revision-changed",
                sentence: "the reports are at revision \(before.revision), and \(expected) was expected",
                remedy: "look at what changed (nestor report list), then apply again")
        }
        let tree = try await look { (_, memory) in memory.picture.tree() }
        let draft = try ReportDraft(request, over: before, tree: tree)
        if draft.changes.isEmpty { return draft.answer(revision: before.revision, dropped: [:]) }
        let set = ReportSet(revision: before.revision + 1, reports: draft.reports)
        let now = environment.now()
        let dropped = try await change(
            requester, "report.apply", "reports", detail: "revision \(set.revision): \(draft.detail)"
        ) { (work) throws(StoreFailure) in
            guard try work.reports().revision == before.revision else {
                throw StoreFailure(
                    .conflict, "the reports were changed meanwhile", remedy: "look at them, then apply again")
            }
            try work.put(reports: set)
            return try work.settle(from: before.reports, to: set.reports, at: now)
        }
        await startDeliveries()
        return draft.answer(revision: set.revision, dropped: dropped)
    }
}

extension FleetWriting {
    /// Brings what is stored beside the definitions in line with new ones.
    /// - Returns: how many undelivered documents went with a recipient that is no more, by recipient.
    fileprivate func settle(
        from old: [ReportDefinition], to new: [ReportDefinition], at now: Date
    ) throws(StoreFailure) -> [String: Int] {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.name, $0) }) { first, _ in first }
        var dropped: [String: Int] = [:]
        for report in new {
            // A new schedule counts from now on: nothing is due for the time before it.
            guard before[report.name]?.schedule != report.schedule else { continue }
            var memory = try reportMemory(of: report.name) ?? ReportMemory(seenTo: now)
            memory.seenTo = now
            try put(memory: memory, of: report.name)
        }
        for report in old {
            let kept = Dictionary((after[report.name]?.recipients ?? []).map { ($0.name, $0) }) { first, _ in first }
            for recipient in report.recipients where kept[recipient.name] != recipient {
                let key = RecipientKey(report: report.name, recipient: recipient.name)
                if kept[recipient.name] == nil {
                    let waiting = try deliveries(to: key)
                    for delivery in waiting { try remove(delivery: delivery.number) }
                    if !waiting.isEmpty { dropped[key.description] = waiting.count }
                    try put(health: nil, of: key)
                } else if var health = try recipientHealth(key) {
                    // Somebody put it right: what waits is tried at once.
                    health.retryAt = nil
                    try put(health: health, of: key)
                }
            }
            if after[report.name] == nil {
                try put(memory: nil, of: report.name)
                try thinRuns(of: report.name, whole: 0, summaries: 0)
            }
        }
        return dropped
    }
}
