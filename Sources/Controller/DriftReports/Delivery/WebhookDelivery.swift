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
            ReportRendering.pieces(parcel.run, as: parcel.format)
        }
    }

    /// - Parameters:
    ///   - id: the same at every attempt.
    ///   - at: of this attempt.
    ///   - pieces: of the body; made twice, to be signed and to be sent: a long document is never whole in memory.
    func post(
        _ id: String, _ contentType: String, at time: Date, pieces: @escaping @Sendable () -> ReportPieces
    ) async throws(DeliveryFailure) {
        let stamp = String(Int(time.timeIntervalSince1970))
        let (url, signature, body) = try await apart { [place] () throws(DeliveryFailure) in
            let url = try place.urlFile.map { (file) throws(DeliveryFailure) in try Self.url(in: file) } ?? place.url
            let key = try place.secretFile.map { (file) throws(DeliveryFailure) in try Self.key(in: file) }
            var code = key.map { SignedCode(id: id, stamp: stamp, key: $0) }
            var length = 0
            for piece in pieces() {
                length += piece.utf8.count
                code?.update(Array(piece.utf8))
            }
            let body = WebBody(length: length) {
                var rest = pieces()
                return { rest.next().map { Array($0.utf8) } }
            }
            return (url ?? "", code?.signature, body)
        }
        var headers = [
            ("Content-Type", contentType), ("User-Agent", "nestord"), ("webhook-id", id),
            ("webhook-timestamp", stamp),
        ]
        if let signature { headers.append(("webhook-signature", signature)) }
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
                "\(call.origin) \(word) (\(reply.status))", remedy: Self.remedy(reply.status),
                retryAfter: [429, 503].contains(reply.status) ? reply.retryAfter : nil)
        }
    }

    private static func remedy(_ status: Int) -> String {
        switch status {
        case 300..<400: "name the address that it redirects to as its url"
        case 401, 403: "compare the secret on both sides"
        case 404, 405, 410: "look at the url: nobody takes reports there"
        case 413: "the receiver has to take longer bodies, or another format"
        case 429: "it takes fewer requests than it gets: deliver less often, or let it take more"
        case 500...: "look into the receiver's log"
        default: ""
        }
    }

    static func signature(id: String, stamp: String, body: [UInt8], key: [UInt8]) -> String {
        var code = SignedCode(id: id, stamp: stamp, key: key)
        code.update(body)
        return code.signature
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
