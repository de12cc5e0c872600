import ControllerAPI
import Digests
import Foundation
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("A report to a webhook")
struct WebhookTests {
    private let secret = "0123456789abcdef0123456789abcdef"

    private func parcel(_ place: WebhookPlace, _ format: ReportFormat = .json) -> ReportParcel {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web")]
        return ReportParcel(
            id: "run-1.hook.json", run: fleet.run(1).run, format: format, formats: [format],
            place: ReportPlace(webhook: place),
            at: SmallFleet.time(1))
    }

    private func failure(_ place: WebhookPlace) async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await DirectCourier().deliver(parcel(place))
            return nil
        } catch {
            return error
        }
    }

    @Test("arrives whole, with an id, a time stamp, and a signature over both that a receiver can check")
    func signed() async throws {
        let receiver = try await WebhookReceiver.start()
        let key = try receiver.folder.write(secret + "\n", to: "key")
        let place = WebhookPlace(url: "http://127.0.0.1:\(receiver.port)/hooks/nestor?team=a", secretFile: key)
        let sent = parcel(place)
        try await DirectCourier().deliver(sent)
        let request = try #require(await receiver.requests(atLeast: 1).first)
        #expect(request.path == "/hooks/nestor?team=a")
        #expect(request.body == ReportRendering.bytes(sent.run, as: .json))
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["webhook-id"] == "run-1.hook.json")
        #expect(request.headers["webhook-timestamp"] == "1800003600")
        let signed = Array("run-1.hook.json.1800003600.".utf8) + request.body
        let code = HMACSHA256.code(of: signed, key: Array(secret.utf8))
        #expect(request.headers["webhook-signature"] == "v1," + Data(code).base64EncodedString())
        receiver.stop()
    }

    @Test("is the same way by which the audit log's head goes, with the same signature")
    func auditHead() async throws {
        let receiver = try await WebhookReceiver.start()
        let key = try receiver.folder.write(secret + "\n", to: "key")
        let letter = AuditHeadLetter(
            id: "audit-head.1", controller: "c1", head: AuditHead(number: 1_000, hash: "ab12"),
            headAt: SmallFleet.start,
            place: WebhookPlace(url: "http://127.0.0.1:\(receiver.port)/head", secretFile: key), at: SmallFleet.time(1))
        try await DirectCourier().deliver(letter)
        let request = try #require(await receiver.requests(atLeast: 1).first)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"at":"2027-01-15T08:00:00Z","controller":"c1","hash":"ab12","number":1000,"schema":"nestor.audit-head/1"}"#
        )
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["webhook-id"] == "audit-head.1")
        let code = HMACSHA256.code(
            of: Array("audit-head.1.1800003600.".utf8) + request.body, key: Array(secret.utf8))
        #expect(request.headers["webhook-signature"] == "v1," + Data(code).base64EncodedString())
        receiver.stop()
    }

    /// The example of the Standard Webhooks specification's libraries.
    @Test("is signed as Standard Webhooks has it, with its own kind of key, too")
    func standard() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", to: "key")
        let signature = WebhookDelivery.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", stamp: "1614265330", body: Array("{\"test\": 2432232314}".utf8),
            key: try WebhookDelivery.key(in: file))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("has failed by any answer but yes, and never follows a redirect", arguments: [500, 404, 403, 301, 307, 0])
    func refused(_ status: Int) async throws {
        let receiver = try await WebhookReceiver.start(status: status)
        let failure = await failure(WebhookPlace(url: "http://localhost:\(receiver.port)/secret-path"))
        #expect(
            failure?.sentence.contains(status == 0 ? "closed the connection" : "\(status)") == true,
            "\(String(describing: failure))")
        #expect(failure?.description.contains("secret-path") == false)
        #expect(await receiver.requests(atLeast: 1).count == 1)
        receiver.stop()
    }

    @Test("goes over TLS to whom it may trust, and to nobody else")
    func overTLS() async throws {
        let made = try TestCertificate()
        let receiver = try await WebhookReceiver.start(certificate: made.both)
        let url = "https://localhost:\(receiver.port)/"
        #expect(await failure(WebhookPlace(url: url))?.sentence.contains("is not trusted") == true)
        #expect(await receiver.requests().isEmpty)
        #expect(await failure(WebhookPlace(url: url, authorityFile: made.certificate)) == nil)
        // The certificate is another name's.
        let other = WebhookPlace(url: "https://127.0.0.1:\(receiver.port)/", authorityFile: made.certificate)
        #expect(await failure(other) != nil)
        #expect(await receiver.requests(atLeast: 1).count == 1)
        receiver.stop()
    }

    @Test(
        "is told how long a busy receiver wants to be left alone, by a number or by a date",
        arguments: [
            (429, "120", 120), (503, "7200", 7200), (503, "0", nil), (503, "soon", nil), (503, nil, nil),
            // Where a receiver refuses for good, or is not asked to, there is nothing to wait for.
            (400, "120", nil), (500, "120", nil), (429, "Wed, 21 Oct 2015 07:28:00 GMT", nil),
        ])
    func retryAfter(status: Int, header: String?, seconds: Int?) async throws {
        let receiver = try await WebhookReceiver.start()
        try receiver.answer(status, retryAfter: header)
        let failure = await failure(WebhookPlace(url: "http://127.0.0.1:\(receiver.port)/"))
        #expect(failure?.sentence.contains("\(status)") == true)
        #expect(failure?.retryAfter == seconds)
        try receiver.answer(status, retryAfter: "Thu, 31 Dec 2099 23:59:59 GMT")
        let dated = await self.failure(WebhookPlace(url: "http://127.0.0.1:\(receiver.port)/"))
        #expect((dated?.retryAfter ?? 0 > 1_000_000) == (status == 429 || status == 503))
        receiver.stop()
    }

    @Test("to nobody there has failed, and says where it wanted to go")
    func nobody() async throws {
        let port = try LoopbackPort.free()
        let failure = await failure(WebhookPlace(url: "http://127.0.0.1:\(port)/x"))
        #expect(failure?.sentence == "http://127.0.0.1:\(port) can't be connected to")
    }

    @Test("does not go where its secrets can't be used, and tells nothing of them")
    func secrets() async throws {
        let folder = try TemporaryFolder()
        let url = "http://127.0.0.1:1/"
        let open = try folder.write(secret, to: "open", mode: 0o644)
        let short = try folder.write("hunter2", to: "short")
        let blank = try folder.write("\n", to: "blank")
        let bad = try folder.write("whsec_!!!!", to: "bad")
        for (file, words) in [
            (open, "everybody may read"), (short, "has 7 bytes"), (blank, "no line of text"), (bad, "no base64"),
            (folder("none"), "can't be read"), (folder.path, "no regular file"),
        ] {
            let failure = await failure(WebhookPlace(url: url, secretFile: file))
            #expect(failure?.sentence.contains(words) == true, "\(String(describing: failure))")
            #expect(failure?.description.contains("hunter2") == false)
        }
        let elsewhere = try folder.write("http://example.org/token-4711", to: "url")
        let failure = await failure(WebhookPlace(urlFile: elsewhere))
        #expect(failure?.sentence.contains("no address for a webhook") == true)
        #expect(failure?.description.contains("4711") == false)
    }

    @Test("has arrived where the reply says so, however long it goes on")
    func endlessReply() async throws {
        let receiver = try await WebhookReceiver.start(status: -200)
        let place = WebhookPlace(url: "http://127.0.0.1:\(receiver.port)/hook")
        #expect(await failure(place) == nil)
        try receiver.answer(-500)
        #expect(await failure(place)?.sentence.hasSuffix("answered (500)") == true)
        receiver.stop()
    }

    @Test("takes its address from a file, read anew each time")
    func addressFile() async throws {
        let receiver = try await WebhookReceiver.start()
        let file = try receiver.folder.write("http://127.0.0.1:\(receiver.port)/token\n", to: "url")
        #expect(await failure(WebhookPlace(urlFile: file)) == nil)
        let requests = await receiver.requests(atLeast: 1)
        #expect(requests.map(\.path) == ["/token"])
        #expect(requests.first?.headers["webhook-signature"] == nil)
        receiver.stop()
    }
}
