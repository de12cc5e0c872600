package import ControllerAPI
package import FoundationEssentials

/// One document on its way to one recipient.
package struct ReportParcel: Sendable {
    /// The same at every attempt.
    package var id: String
    package var run: ReportRun
    package var format: ReportFormat
    /// All formats of the report, for what carries several at once.
    package var formats: [ReportFormat]
    package var place: ReportPlace
    /// Of a mailing, the one that it goes to now.
    package var address: String?
    /// Of this attempt.
    package var at: Date

    package init(
        id: String, run: ReportRun, format: ReportFormat, formats: [ReportFormat], place: ReportPlace,
        address: String? = nil, at: Date
    ) {
        self.id = id
        self.run = run
        self.format = format
        self.formats = formats
        self.place = place
        self.address = address
        self.at = at
    }

    /// `weekly-20261125T070000Z-12.html`: the same at every attempt, so that a second one replaces the first.
    func fileName(of format: ReportFormat) -> String {
        let time = run.summary.at.formatted(.iso8601).filter { !"-:".contains($0) }
        return "\(run.summary.report)-\(time)-\(run.summary.number).\(format.suffix)"
    }
}

/// Brings documents to recipients.
package protocol ReportCourier: Sendable {
    /// Returns when the recipient has it for sure.
    func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure)
}

/// Why a recipient does not have it. Never holds a secret.
package struct DeliveryFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var sentence: String
    package var remedy: String
    /// How long the recipient asks to be left alone, in seconds; nil where it says nothing.
    package var retryAfter: Int?

    package init(_ sentence: String, remedy: String = "", retryAfter: Int? = nil) {
        self.sentence = sentence
        self.remedy = remedy
        self.retryAfter = retryAfter
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
