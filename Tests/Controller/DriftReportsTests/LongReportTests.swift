import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("A report of a large fleet")
struct LongReportTests {
    /// More hosts than a page draws, most of them silent, with more findings than it lists.
    private static let run: ReportRun = {
        var fleet = SmallFleet()
        for number in 100..<900 {
            var host = SmallFleet.host("r\(number)", uuid: number, guests: [])
            if number < 500 { host.health = HostHealth(state: .silent, sentence: "it says nothing") }
            fleet.hosts.append(host)
        }
        fleet.open = (0..<1_234).map { SmallFleet.drift("r\(100 + $0 % 800)/g\($0)") }
        return fleet.run(1).run
    }()

    private func text(_ format: ReportFormat) -> String {
        String(decoding: ReportRendering.bytes(Self.run, as: format), as: UTF8.self)
    }

    @Test("is bounded where people read it, and says how much is left out and where all of it is")
    func bounded() {
        let whole = "all of them: nestor report show weekly --run 1 --format csv (or json)"
        let plain = text(.text)
        #expect(plain.split(separator: "\n").count { $0.contains("/g") && $0.contains("[medium]") } == 500)
        #expect(plain.contains("and 734 more findings; \(whole)\n"))
        #expect(plain.contains("and 200 more hosts; \(whole)\n"))
        let page = text(.html)
        #expect(page.components(separatedBy: "<span class=\"severity").count == 501)
        #expect(page.contains("and 734 more findings; \(whole)</p>"))
        #expect(page.contains("and 200 more hosts; \(whole)</p>"))
        #expect(page.contains("and \(802 - 600) more hosts with what is inside: nestor tree</p>"))
        #expect(Self.run.tree.roots.count == 600 && Self.run.tree.omitted == 202)
    }

    @Test("is whole where programs read it")
    func whole() throws {
        #expect(text(.csv).components(separatedBy: "\r\n").count == 1 + 1_234 + 1)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        #expect(try decoder.decode(ReportRun.self, from: Data(text(.json).utf8)) == Self.run)
    }

    @Test("is made in pieces of which none is long", arguments: [ReportFormat.csv, .json])
    func pieces(format: ReportFormat) {
        var pieces = ReportRendering.pieces(Self.run, as: format)
        var made = ""
        var count = 0
        while let piece = pieces.next() {
            made += piece
            count += 1
            #expect(piece.contains("\"tree\":") || piece.contains("\"notHeard\":") || piece.utf8.count < 2_000)
        }
        #expect(count >= 1_234 && made == text(format))
    }

    @Test("leaves an attachment that no mail server takes at home, and says how to have it")
    func mail() throws {
        var run = Self.run
        let finding = try #require(run.findings.first { _ in true })
        run.findings = ReportedFindings(Array(repeating: finding, count: MailMessage.longestPart / 200))
        let place = MailPlace(
            server: "localhost", port: 25, tls: .starttls, from: "a@example.org", to: ["b@example.org"])
        let parcel = ReportParcel(
            id: "1", run: run, format: .text, formats: [.json, .html], place: ReportPlace(mail: place),
            at: SmallFleet.start)
        let message = String(decoding: MailMessage(parcel: parcel, place: place).bytes, as: UTF8.self)
        #expect(
            message.contains(
                "-1.json is too long for a message: nestor report show weekly --run 1 --format json\r\n"))
        #expect(!message.contains("filename=\"\(parcel.fileName(of: .json))\""))
        #expect(message.contains("filename=\"\(parcel.fileName(of: .html))\""))
        #expect(message.utf8.count < 4 * MailMessage.longestPart)
    }

    @Test("reaches a webhook whole, signed as it is sent")
    func webhook() async throws {
        let receiver = try await WebhookReceiver.start()
        let place = WebhookPlace(
            url: "http://127.0.0.1:\(receiver.port)/",
            secretFile: try receiver.folder.write("0123456789abcdef\n", to: "key"))
        try await DirectCourier().deliver(
            ReportParcel(
                id: "1", run: Self.run, format: .csv, formats: [.csv], place: ReportPlace(webhook: place),
                at: SmallFleet.start))
        let request = try #require(await receiver.requests(atLeast: 1).first)
        #expect(String(decoding: request.body, as: UTF8.self) == text(.csv))
        #expect(request.headers["content-length"] == "\(text(.csv).utf8.count)")
        let signature = WebhookDelivery.signature(
            id: "1", stamp: "1800000000", body: request.body, key: Array("0123456789abcdef".utf8))
        #expect(request.headers["webhook-signature"] == signature)
        receiver.stop()
    }
}
