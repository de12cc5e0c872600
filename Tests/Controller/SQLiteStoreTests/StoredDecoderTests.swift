import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("The store's own decoder") struct StoredDecoderTests {
    private static func foundation<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) -> Document? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(type, from: Data(bytes))
    }

    private static func bytes(_ document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return [UInt8](try encoder.encode(document))
    }

    /// With facts of every state, and texts that JSON has to escape.
    private static let report: HostReport = {
        var report = HostRowTests.report(
            .known([
                GuestReport(joinedBy: "0000", name: "a \"b\" \\ \u{1}\u{1F600} é\n", state: .running, place: -7),
                GuestReport(joinedBy: "1111", name: "", state: .unknown, place: .max),
            ]))
        report.hypervisor.parameters = ["nested": "Y", "a/b\t": "\u{7F}"]
        report.host.hostname = .unknown("no \"permission\"")
        return report
    }()

    @Test("reads a report as Foundation's does, without asking it")
    func report() throws {
        let bytes = try Self.bytes(Self.report)
        #expect(try StoredDecoder.decode(HostReport.self, from: bytes) == Self.report)
        #expect(Self.foundation(HostReport.self, bytes) == Self.report)
    }

    @Test("reads a finding with all that may stand with it")
    func finding() throws {
        var finding = Finding(
            kind: .drift, path: rack7.guest(named: "g/1"), uuid: nil, setting: .exposure, desired: "exposed",
            severity: .high, policy: "p", mode: .enforce, sentence: "s", remedy: "",
            firstSeen: Date(timeIntervalSince1970: 951_782_399), lastSeen: Date(timeIntervalSince1970: 4_107_542_400))
        finding.recurrence = FindingRecurrence(times: 2, lastResolved: finding.firstSeen, openedAgain: finding.lastSeen)
        finding.contest = FindingContest(
            since: finding.firstSeen, corrections: [PastCorrection(at: finding.lastSeen, remediation: "r")])
        #expect(try StoredDecoder.decode(Finding.self, from: try Self.bytes(finding)) == finding)
    }

    @Test(
        "reads times as Foundation's does, or leaves them to it",
        arguments: [
            "1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2100-02-28T12:00:00Z", "1969-12-31T23:59:59Z",
            "2026-11-26T05:00:00Z", "2027-03-01T00:00:00Z", "1600-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-26T05:00:00+01:00", "2026-11-26T05:00:00.5Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "",
        ])
    func times(text: String) throws {
        let bytes = Array("\"\(text)\"".utf8)
        if let date = try? StoredDecoder.decode(Date.self, from: bytes) {
            #expect(date == Self.foundation(Date.self, bytes))
        }
        #expect((try? StoredDecoder.document(Date.self, bytes)) == Self.foundation(Date.self, bytes))
    }

    @Test(
        "leaves what is no JSON to Foundation's",
        arguments: [
            "", "{", "{\"a\":1,}", "[1 2]", "{\"a\" 1}", "nul", "\"a", "\"\\ud800\"", "1x", "[]]", "{\"a\":}",
        ])
    func broken(text: String) {
        let bytes = Array(text.utf8)
        #expect((try? StoredDecoder.decode([String: Int].self, from: bytes)) == nil)
        #expect((try? StoredDecoder.decode(String.self, from: bytes)) == nil)
        #expect((try? StoredDecoder.document([String: Int].self, bytes)) == Self.foundation([String: Int].self, bytes))
    }

    @Test("reads a damaged report as Foundation's does, where both read it")
    func damaged() throws {
        let whole = try Self.bytes(Self.report)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = whole
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = "{}[]\",:0n\\".utf8.randomElement(using: &random)!
            case 1: bytes.remove(at: place)
            default: bytes.insert("\"0-,{}".utf8.randomElement(using: &random)!, at: place)
            }
            guard let read = try? StoredDecoder.decode(HostReport.self, from: bytes),
                let expected = Self.foundation(HostReport.self, bytes)
            else { continue }
            #expect(read == expected, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
