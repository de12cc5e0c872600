import ControllerAPI
import Digests
import FoundationEssentials
import HTTPCalling

/// Posts a document, signed as Standard Webhooks has it (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and
/// `webhook-signature: v1,` with the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`. The id is the same at every
/// attempt: a receiver that knows it already may answer 2xx and do nothing.
struct WebhookDelivery {
    let place: WebhookPlace
    let caller: WebCaller

    func post(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        try await post(parcel.id, parcel.format.contentType, at: parcel.at) {
            ReportRendering.bytes(parcel.run, as: parcel.format)
        }
    }

    /// - Parameters:
    ///   - id: the same at every attempt.
    ///   - at: of this attempt.
    func post(
        _ id: String, _ contentType: String, at time: Date, body: @escaping @Sendable () -> [UInt8]
    ) async throws(DeliveryFailure) {
        let (url, key, body) = try await apart { [place] () throws(DeliveryFailure) in
            let url = try place.urlFile.map { (file) throws(DeliveryFailure) in try Self.url(in: file) } ?? place.url
            let key = try place.secretFile.map { (file) throws(DeliveryFailure) in try Self.key(in: file) }
            return (url ?? "", key, body())
        }
        let stamp = String(Int(time.timeIntervalSince1970))
        var headers = [
            ("Content-Type", contentType), ("User-Agent", "nestord"), ("webhook-id", id),
            ("webhook-timestamp", stamp),
        ]
        if let key {
            headers.append(("webhook-signature", Self.signature(id: id, stamp: stamp, body: body, key: key)))
        }
        let call = WebCall(
            url: url, headers: headers.map { (name: $0.0, value: $0.1) }, body: body,
            authorityFile: place.authorityFile, isLocal: WebhookURL.isOwn(url))
        let reply: HTTPReply
        do throws(HTTPCallFailure) {
            reply = try await caller.post(call)
        } catch {
            throw DeliveryFailure(error.sentence, remedy: error.remedy)
        }
        guard (200..<300).contains(reply.status) else {
            let word = (300..<400).contains(reply.status) ? "redirects, which is not followed" : "answered"
            throw DeliveryFailure(
                "\(call.origin) \(word) (\(reply.status))",
                remedy: reply.status == 401 || reply.status == 403 ? "compare the secret on both sides" : "")
        }
    }

    static func signature(id: String, stamp: String, body: [UInt8], key: [UInt8]) -> String {
        let signed = Array("\(id).\(stamp).".utf8) + body
        return "v1," + Data(HMACSHA256.code(of: signed, key: key)).base64EncodedString()
    }

    /// A file's only line. `whsec_` and base64, as Standard Webhooks writes keys, or the key as it is.
    static func key(in file: String) throws(DeliveryFailure) -> [UInt8] {
        let text = try SecretFile(path: file).line()
        if text.hasPrefix("whsec_") {
            guard let key = Data(base64Encoded: String(text.dropFirst(6))), key.count >= SecretFile.shortest else {
                throw DeliveryFailure("the key in '\(file)' is no base64 of at least 16 bytes behind 'whsec_'")
            }
            return Array(key)
        }
        guard text.utf8.count >= SecretFile.shortest else {
            throw DeliveryFailure(
                "the key in '\(file)' has \(text.utf8.count) bytes, and at least 16 are asked for",
                remedy: "openssl rand -hex 32 > \(file)")
        }
        return Array(text.utf8)
    }

    private static func url(in file: String) throws(DeliveryFailure) -> String {
        let text = try SecretFile(path: file).line()
        guard WebhookURL.isFit(text) else {
            throw DeliveryFailure(
                "what is in '\(file)' is no address for a webhook",
                remedy: "write https://HOST/… on one line; http:// only to this machine")
        }
        return text
    }
}
