package import ControllerAPI
package import FoundationEssentials

/// One head of the audit log on its way to a webhook.
package struct AuditHeadLetter: Sendable {
    /// The same at every attempt.
    package var id: String
    package var controller: String
    package var head: AuditHead
    /// When it was the head.
    package var headAt: Date
    package var place: WebhookPlace
    /// Of this attempt.
    package var at: Date

    package init(id: String, controller: String, head: AuditHead, headAt: Date, place: WebhookPlace, at: Date) {
        self.id = id
        self.controller = controller
        self.head = head
        self.headAt = headAt
        self.place = place
        self.at = at
    }

    /// `nestor.audit-head/1`: one JSON object.
    var body: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let document = Document(
            schema: "nestor.audit-head/1", controller: controller, number: head.number, hash: head.hash, at: headAt)
        // Plain texts, a number and a date: none of them fails to encode.
        return (try? encoder.encode(document)).map(Array.init) ?? []
    }

    private struct Document: Encodable {
        var schema: String
        var controller: String
        var number: Int
        var hash: String
        var at: Date
    }
}

/// Brings heads of the audit log to where they are kept.
package protocol AuditHeadCourier: Sendable {
    /// Returns when the receiver has it for sure.
    func deliver(_ letter: AuditHeadLetter) async throws(DeliveryFailure)
}
