import ControllerAPI
import Foundation
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("A report by mail")
struct MailTests {
    private func parcel(_ place: MailPlace, _ address: String = "ops@example.org") -> ReportParcel {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web", sentence: RenderingTests.hostile)]
        return ReportParcel(
            id: "run-1.ops.text", run: fleet.run(1).run, format: .text, formats: [.csv, .html],
            place: ReportPlace(mail: place), address: address, at: SmallFleet.time(1))
    }

    private func place(
        _ receiver: MailReceiver, _ made: TestCertificate?, tls: MailPlace.Security = .starttls, user: String? = nil,
        passwordFile: String? = nil
    ) -> MailPlace {
        MailPlace(
            server: "localhost", port: receiver.port, tls: tls, from: "nestor@example.org",
            to: ["ops@example.org", "night@example.org"], user: user, passwordFile: passwordFile,
            authorityFile: made?.certificate)
    }

    private func failure(_ place: MailPlace, to address: String = "ops@example.org") async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await DirectCourier().deliver(parcel(place, address))
            return nil
        } catch {
            return error
        }
    }

    @Test("arrives over TLS, at each address as the same message: the text, and the other formats attached")
    func arrives() async throws {
        for kind in [MailReceiver.Kind.starttls, .implicit] {
            let made = try TestCertificate()
            let receiver = try await MailReceiver.start(kind, certificate: made.both)
            let place = place(receiver, made, tls: kind == .implicit ? .implicit : .starttls)
            #expect(await failure(place) == nil)
            let message = try #require(await receiver.messages(atLeast: 1).first)
            #expect(message.secure && message.from == "nestor@example.org")
            #expect(message.to == ["ops@example.org"])
            #expect(message.content.contains("To: <ops@example.org>,\r\n <night@example.org>\r\n"))
            #expect(await failure(place, to: "night@example.org") == nil)
            let other = try #require(await receiver.messages(atLeast: 2).last)
            #expect(other.to == ["night@example.org"] && other.content == message.content)
            let lines = message.content.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.contains("Subject: Drift report weekly: 1 open, 1 new or back"))
            #expect(lines.contains("Date: 15 Jan 2027 09:00:00 +0000"))
            #expect(lines.contains("Message-ID: <run-1.ops.text@example.org>"))
            let sent = parcel(place)
            for format in [ReportFormat.text, .csv, .html] {
                let part = Data(ReportRendering.bytes(sent.run, as: format)).base64EncodedString()
                #expect(lines.joined().contains(part), "\(format)")
                let name = "filename=\"weekly-20270115T090000Z-1.\(format.suffix)\""
                #expect(message.content.contains(name) == (format != .text))
            }
            #expect(lines.allSatisfy { $0.utf8.count <= 120 })
            receiver.stop()
        }
    }

    @Test("logs in with the password of a file, and tells nothing of it when that is refused")
    func login() async throws {
        let made = try TestCertificate()
        let receiver = try await MailReceiver.start(.starttls, certificate: made.both, password: "correct horse")
        let right = try made.folder.write("correct horse\n", to: "right")
        let wrong = try made.folder.write("battery staple\n", to: "wrong")
        #expect(await failure(place(receiver, made, user: "nestor", passwordFile: right)) == nil)
        #expect(await receiver.messages(atLeast: 1).map(\.user) == ["nestor"])
        let refused = await failure(place(receiver, made, user: "nestor", passwordFile: wrong))
        #expect(refused?.sentence == "localhost:\(receiver.port) refuses the login (535)")
        #expect(refused?.description.contains("battery") == false)
        receiver.stop()
    }

    @Test("goes neither in the clear nor to a server that can't be trusted, and has failed where it is not taken")
    func refused() async throws {
        let made = try TestCertificate()
        let clear = try await MailReceiver.start(.clear, certificate: made.both)
        #expect(await failure(place(clear, made))?.sentence.contains("offers no TLS") == true)
        #expect(await clear.messages().isEmpty)
        clear.stop()
        let receiver = try await MailReceiver.start(.starttls, certificate: made.both)
        #expect(await failure(place(receiver, nil))?.sentence.contains("is not trusted") == true)
        #expect(await receiver.messages().isEmpty)
        try receiver.answer("451 try again later")
        #expect(await failure(place(receiver, made))?.sentence.contains("451") == true)
        receiver.stop()
    }

    @Test("tells what the server said of an address that it refuses, and what to do")
    func addressRefused() async throws {
        let made = try TestCertificate()
        let receiver = try await MailReceiver.start(.starttls, certificate: made.both)
        let place = place(receiver, made)
        let refused = await failure(place, to: "\(MailReceiver.unknown)@example.org")
        #expect(
            refused?.sentence == "localhost:\(receiver.port) refuses the message: 550 5.1.1 no such mailbox")
        #expect(refused?.remedy.contains("taken from the list") == true)
        #expect(await receiver.messages().isEmpty)
        receiver.stop()
    }

    @Test("has a date as RFC 5322 writes it")
    func dates() throws {
        #expect(MailMessage.date(try Date("2028-02-29T23:59:58Z", strategy: .iso8601)) == "29 Feb 2028 23:59:58 +0000")
    }
}
