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
            let waiting = try work.waitingDeliveries()
            var rows: [ReportRow] = []
            for report in set.reports {
                let memory = try work.reportMemory(of: report.name)
                var recipients: [RecipientRow] = []
                for recipient in report.recipients {
                    for key in RecipientKey.all(of: recipient, in: report.name) {
                        recipients.append(
                            RecipientRow(
                                name: recipient.name, address: key.address,
                                place: recipient.place.summary(of: key.address),
                                health: try work.recipientHealth(key) ?? RecipientHealth(), waiting: waiting[key] ?? 0))
                    }
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
                    "\(row.definition.name)/\($0.fullName): \($0.health.sentence)"
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
        var draft = try ReportDraft(request, over: before)
        draft.warn(whereIdle: try await pickNothing(draft.written.map(\.selector)))
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
                let before = RecipientKey.all(of: recipient, in: report.name)
                let after = kept[recipient.name].map { RecipientKey.all(of: $0, in: report.name) } ?? []
                for key in before where after.contains(key) {
                    guard var health = try recipientHealth(key) else { continue }
                    // Somebody put it right: what waits is tried at once.
                    health.retryAt = nil
                    try put(health: health, of: key)
                }
                dropped.merge(
                    try move(
                        from: before.filter { !after.contains($0) }, to: after.filter { !before.contains($0) })
                ) { first, _ in first }
            }
            if after[report.name] == nil {
                try put(memory: nil, of: report.name)
                try thinRuns(of: report.name, whole: 0, summaries: 0)
            }
        }
        return dropped
    }

    /// What waits in queues that are no more goes to those that came in their place, as to an address that was put
    /// right.
    /// - Returns: how much was dropped where none came, by queue.
    private func move(from gone: [RecipientKey], to come: [RecipientKey]) throws(StoreFailure) -> [String: Int] {
        var waiting: [ReportDelivery] = []
        var dropped: [String: Int] = [:]
        for key in gone {
            let left = try deliveries(to: key)
            for delivery in left { try remove(delivery: delivery.number) }
            if come.isEmpty, !left.isEmpty { dropped[key.description] = left.count }
            waiting += left
            try put(health: nil, of: key)
        }
        waiting.sort { $0.number < $1.number }
        for key in come {
            var seen: Set<String> = []
            // A message carries all of a run; elsewhere each document goes by itself.
            for var delivery in waiting where seen.insert(key.address == nil ? delivery.id : delivery.run).inserted {
                delivery.address = key.address
                try enqueue(delivery)
            }
        }
        return dropped
    }
}
