import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel

/// How much is kept of a report's past, and of what does not arrive.
enum ReportKeeping {
    /// Runs with all their findings.
    static let whole = 30
    /// Runs of which the figures are kept, for trends.
    static let summaries = 400
    /// Documents that wait for one recipient; beyond that the oldest is given up.
    static let waiting = 500
}

extension FleetWriting {
    /// Makes a run out of what is stored now, and stores it with what goes to its recipients, in this transaction:
    /// a run that is stored is sent, and nothing is sent of one that is not.
    /// - Parameter picture: of the fleet as it is stored.
    /// - Returns: nil where the report is no more, or where somebody has seen to this due time already.
    func takeReportRun(
        of name: String, _ occasion: ReportOccasion, from picture: FleetPicture
    ) throws(StoreFailure) -> ReportRun? {
        guard let definition = try reports().reports.first(where: { $0.name == name }) else { return nil }
        let memory = try reportMemory(of: name) ?? ReportMemory(seenTo: occasion.at)
        if let dueAt = occasion.dueAt, memory.seenTo >= dueAt, memory.seenTo <= occasion.at { return nil }
        let policies = try policies()
        let standing = picture.standing()
        let (run, left) = ReportBuilder(
            ReportMaterial(
                definition: definition, tree: picture.tree(), policies: policies.policies,
                policyRevision: policies.revision, open: standing.filter(\.state.isOpen),
                exempted: standing.filter { $0.state == .exempted }, freeze: try freeze(at: occasion.at),
                previous: try reportRun(of: name, id: nil),
                earlier: try reportRuns(of: name, limit: ReportBuilder.trendLength), memory: memory,
                auditHead: try auditHead()), occasion
        ).build()
        try put(run: run)
        try put(memory: left, of: name)
        for recipient in definition.recipients {
            // A message carries all of them.
            for format in recipient.place.mail == nil ? definition.formats : [.text] {
                try enqueue(
                    ReportDelivery(
                        id: "\(occasion.id).\(recipient.name).\(format)", report: name, recipient: recipient.name,
                        run: occasion.id, format: format, enqueuedAt: occasion.at))
            }
            try boundQueue(RecipientKey(report: name, recipient: recipient.name))
        }
        try thinRuns(of: name, whole: ReportKeeping.whole, summaries: ReportKeeping.summaries)
        return run
    }

    private func boundQueue(_ key: RecipientKey) throws(StoreFailure) {
        let surplus = try deliveries(to: key).dropLast(ReportKeeping.waiting)
        guard !surplus.isEmpty else { return }
        for delivery in surplus { try remove(delivery: delivery.number) }
        var health = try recipientHealth(key) ?? RecipientHealth()
        health.givenUp += surplus.count
        try put(health: health, of: key)
    }
}
