package import ControllerAPI
package import FoundationEssentials

/// What is read of scheduled reports.
package protocol ReportReading {
    func reports() throws(StoreFailure) -> ReportSet
    /// Newest first.
    func reportRuns(of report: String, limit: Int) throws(StoreFailure) -> [ReportRunSummary]
    /// Whole; nil where there is none, or where only its summary is still kept.
    /// - Parameter id: nil takes the newest that is kept.
    func reportRun(of report: String, id: String?) throws(StoreFailure) -> ReportRun?
    func reportMemory(of report: String) throws(StoreFailure) -> ReportMemory?
    /// What has not arrived, in order: all, or one recipient's.
    func deliveries(to recipient: RecipientKey?) throws(StoreFailure) -> [ReportDelivery]
    /// How many wait in each queue that is not empty.
    func waitingDeliveries() throws(StoreFailure) -> [RecipientKey: Int]
    func recipientHealth(_ recipient: RecipientKey) throws(StoreFailure) -> RecipientHealth?
}

package protocol ReportWriting: ReportReading {
    func put(reports: ReportSet) throws(StoreFailure)
    func put(run: ReportRun) throws(StoreFailure)
    /// Forgets runs beyond these numbers, but those that wait for a recipient.
    func thinRuns(of report: String, whole: Int, summaries: Int) throws(StoreFailure)
    /// nil removes it.
    func put(memory: ReportMemory?, of report: String) throws(StoreFailure)
    /// Behind what the recipient waits for already.
    func enqueue(_ delivery: ReportDelivery) throws(StoreFailure)
    func remove(delivery number: Int) throws(StoreFailure)
    /// nil removes it.
    func put(health: RecipientHealth?, of recipient: RecipientKey) throws(StoreFailure)
}

/// One queue: a recipient of a report, and of a mailing each address by itself, so that one that is refused holds up
/// no other and none gets twice what another has not.
package struct RecipientKey: Sendable, Hashable, CustomStringConvertible {
    package var report: String
    package var recipient: String
    /// Nil where the recipient is no mailing.
    package var address: String?

    package init(report: String, recipient: String, address: String? = nil) {
        self.report = report
        self.recipient = recipient
        self.address = address
    }

    /// All queues of a recipient.
    package static func all(of recipient: ReportRecipient, in report: String) -> [RecipientKey] {
        guard let mail = recipient.place.mail else { return [RecipientKey(report: report, recipient: recipient.name)] }
        return mail.to.map { RecipientKey(report: report, recipient: recipient.name, address: $0) }
    }

    /// Neither name holds a slash.
    package var description: String { "\(report)/\(recipient)\(address.map { "/\($0)" } ?? "")" }
}

/// What one run of a report leaves for the next.
package struct ReportMemory: Codable, Sendable, Hashable {
    /// Up to when all due times have been seen to.
    package var seenTo: Date
    /// Of the last run; 0 before the first.
    package var lastNumber: Int
    /// Findings that ended in some run, by id, and when: one that is open again has regressed.
    package var ended: [String: Date]

    package init(seenTo: Date, lastNumber: Int = 0, ended: [String: Date] = [:]) {
        self.seenTo = seenTo
        self.lastNumber = lastNumber
        self.ended = ended
    }
}

/// A document on its way: the outbox holds which run it is of, and it is rendered when it goes.
package struct ReportDelivery: Codable, Sendable, Hashable {
    /// Its place in the queue, given by the store.
    package var number: Int
    /// The same at every attempt and at every address, so that a receiver knows what it has.
    package var id: String
    package var report: String
    package var recipient: String
    /// Nil where the recipient is no mailing.
    package var address: String?
    package var run: String
    package var format: ReportFormat
    package var enqueuedAt: Date

    package init(
        number: Int = 0, id: String, report: String, recipient: String, address: String? = nil, run: String,
        format: ReportFormat, enqueuedAt: Date
    ) {
        self.number = number
        self.id = id
        self.report = report
        self.recipient = recipient
        self.address = address
        self.run = run
        self.format = format
        self.enqueuedAt = enqueuedAt
    }

    package var key: RecipientKey {
        RecipientKey(report: report, recipient: recipient, address: address)
    }
}
