import ControllerAPI
import Foundation
package import HTTPCalling

/// The courier of a running controller: writes files, posts to webhooks, and hands messages to mail servers.
package struct DirectCourier: ReportCourier {
    private let web: WebCaller
    private let mail: MailCaller

    package init(web: WebCaller = WebCaller(), mail: MailCaller = MailCaller()) {
        self.web = web
        self.mail = mail
    }

    package func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        if let place = parcel.place.file {
            try await apart { () throws(DeliveryFailure) in try FileDelivery(folder: place.folder).write(parcel) }
        } else if let place = parcel.place.webhook {
            try await WebhookDelivery(place: place, caller: web).post(parcel)
        } else if let place = parcel.place.mail {
            try await MailDelivery(place: place, caller: mail).send(parcel)
        } else {
            throw DeliveryFailure("this recipient has no way to go", remedy: "nestor report apply -f FILE")
        }
    }
}

extension DirectCourier: AuditHeadCourier {
    package func deliver(_ letter: AuditHeadLetter) async throws(DeliveryFailure) {
        try await WebhookDelivery(place: letter.place, caller: web)
            .post(letter.id, "application/json", at: letter.at) {
                ReportPieces { emit in emit(String(decoding: letter.body, as: UTF8.self)) }
            }
    }
}

/// Runs what may wait for a disk on a thread of its own, never on the pool that all share.
func apart<Value: Sendable>(
    _ body: @escaping @Sendable () throws(DeliveryFailure) -> Value
) async throws(DeliveryFailure) -> Value {
    let result: Result<Value, DeliveryFailure> = await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            do throws(DeliveryFailure) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}
