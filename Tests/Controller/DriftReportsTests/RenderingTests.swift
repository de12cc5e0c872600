import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import DriftReports

@Suite("A report's format")
struct RenderingTests {
    private func text(_ run: ReportRun, _ format: ReportFormat) -> String {
        String(decoding: ReportRendering.bytes(run, as: format), as: UTF8.self)
    }

    /// Everything that a host can put into a report, hostile.
    static let hostile = "<script>alert(1)</script>\"'&\u{202E}\u{1B}[31m\n=HYPERLINK(\"x\")"

    private func hostileRun() -> ReportRun {
        var fleet = SmallFleet()
        fleet.hosts[2].report?.guests = .known([SmallFleet.guest("<img src=x onerror=alert(1)>", uuid: 21)])
        fleet.hosts[2].health = HostHealth(state: .agentGarbage, sentence: Self.hostile, remedy: Self.hostile)
        var finding = SmallFleet.drift("rack9", sentence: Self.hostile, remedy: Self.hostile)
        finding.observed = Self.hostile
        fleet.open = [finding, SmallFleet.drift("rack7/web")]
        fleet.freezes = [Freeze(reason: Self.hostile, by: Self.hostile, since: SmallFleet.start)]
        return fleet.run(1).run
    }

    @Test(
        "of every kind lets nothing through that acts on a terminal, a page or a reader",
        arguments: ReportFormat.allCases)
    func hostileText(_ format: ReportFormat) {
        let text = text(hostileRun(), format)
        for scalar in text.unicodeScalars {
            #expect(scalar == "\n" || scalar == "\r" && format == .csv || scalar.value >= 0x20, "\(scalar.value)")
            #expect(scalar != "\u{202E}")
        }
        if format == .html {
            #expect(!text.contains("<script") && !text.contains("<img") && !text.contains("onerror=\""))
            #expect(text.contains("&lt;script&gt;"))
        }
    }

    @Test(
        "has the audit log's head at its foot, so that it is kept where the report is",
        arguments: [ReportFormat.text, .json, .html])
    func auditHead(_ format: ReportFormat) {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web")]
        #expect(!text(fleet.run(1).run, format).contains("audit"))
        fleet.auditHead = AuditHead(number: 1, hash: "<ab12>")
        let shown = text(fleet.run(1).run, format)
        switch format {
        case .json: #expect(shown.contains(#""auditHead":{"hash":"<ab12>","number":1}"#))
        case .html: #expect(shown.contains("<br>audit log: 1 record, head &lt;ab12&gt;</footer>"))
        default: #expect(shown.hasSuffix("\naudit log: 1 record, head <ab12>\n"))
        }
        fleet.auditHead = AuditHead(number: 0, hash: "")
        if format == .text { #expect(text(fleet.run(1).run, format).hasSuffix("audit log: no record yet\n")) }
    }

    @Test("tells what an exemption holds, and what one holds no longer")
    func exemptions() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.exempted("rack7/web", lapse: "it expired 2027-01-19T12:00Z")]
        fleet.exempted = [SmallFleet.exempted("rack9/db")]
        let run = fleet.run(1).run
        let plain = text(run, .text)
        #expect(plain.contains("no longer holds: it expired 2027-01-19T12:00Z"))
        #expect(plain.contains("Exempted\n  rack9/db"))
        #expect(plain.contains("before exemptions: 33.3 % (1 of 3)"))
        #expect(plain.contains("policy expose: 66.6 % (2 of 3), before exemptions 33.3 %"))
        for format in [ReportFormat.text, .csv] {
            #expect(text(run, format).contains("exempted by 'legacy' until 2027-01-19T12:00Z (alice: old image)"))
        }
        let page = text(run, .html)
        #expect(page.contains("<h2>Exempted</h2>") && page.contains("If no exemption held"))
        #expect(text(run, .json).contains("\"complianceBeforeExemptions\":{"))
    }

    @Test("HTML is one page that asks for nothing: no script, no link, no address")
    func selfContained() {
        let page = text(hostileRun(), .html)
        for word in ["<script", "<link", "src=", "href=", "url(", "@import", "http:", "https:"] {
            #expect(!page.replacing("onerror=alert", with: "").replacing("src=x", with: "").contains(word), "\(word)")
        }
        #expect(page.contains("prefers-color-scheme: dark") && page.contains("@media print"))
        #expect(page.contains("default-src 'none'"))
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    }

    @Test("HTML is well formed where it draws: every tag that opens closes")
    func balanced() throws {
        let page = text(hostileRun(), .html)
        for tag in ["svg", "g", "text", "tspan", "title", "table", "tr", "td", "section", "div", "span", "p", "b"] {
            let opened = page.matches(of: try Regex("<\(tag)[ >]")).count
            #expect(opened == page.ranges(of: "</\(tag)>").count, "\(tag)")
            #expect(opened > 0 || tag == "g")
        }
    }

    @Test(
        "CSV makes cells harmless that a spreadsheet would run",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", "' =1"),
            ("＝1", "'＝1"), ("a=1", "a=1"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("", ""),
            ("a\r\nb", "a\\r\\nb"), ("\t=1", "\\t=1"), ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
        ])
    func cells(_ raw: String, _ written: String) {
        #expect(CSVRendering.cell(raw) == written)
    }

    @Test("CSV has a header and one line for each finding, all of the same width, ended by CRLF")
    func csv() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db")]
        let lines = text(fleet.run(1).run, .csv).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines.last == "")
        #expect(lines[0].hasPrefix("report,run,at,standing,state,severity,path,level,kind,setting,wanted,found,"))
        #expect(
            lines[1].hasPrefix(
                "weekly,1,2027-01-15T09:00:00Z,new,open,medium,rack7/web,1,drift,exposure,exposed,hidden,"))
        #expect(lines.dropLast().allSatisfy { $0.count(where: { $0 == "," }) == 18 })
    }

    @Test("JSON is the run that it was made from, with one finding a line at its end")
    func json() throws {
        let run = hostileRun()
        let text = text(run, .json)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        #expect(try decoder.decode(ReportRun.self, from: Data(text.utf8)) == run)
        let lines = text.split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasSuffix("\"findings\":[") })
        #expect(lines[(start + 1)...].dropLast().count == run.findings.count)
        for line in lines[(start + 1)...].dropLast() {
            let object = line.hasSuffix(",") ? line.dropLast() : line
            #expect(throws: Never.self) { try decoder.decode(ReportedFinding.self, from: Data(object.utf8)) }
        }
    }

    @Test("comes in pieces, so that a long report is never held twice", arguments: [ReportFormat.json, .csv])
    func streams(_ format: ReportFormat) {
        var fleet = SmallFleet()
        fleet.open = (0..<2_000).map { SmallFleet.drift("rack9/vm\($0)") }
        let run = fleet.run(1).run
        var (pieces, longest, total) = (0, 0, 0)
        ReportRendering.write(run, as: format) {
            pieces += 1
            longest = max(longest, $0.utf8.count)
            total += $0.utf8.count
        }
        #expect(pieces > 2_000)
        #expect(longest < total / 100)
    }

    @Test("text says who is not heard, what is frozen, that it is late, and what to do")
    func plain() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web")]
        fleet.hosts[2].health = HostHealth(state: .unreachable, sentence: "no route to 10.0.0.9")
        fleet.freezes = [Freeze(reason: "incident 4711", by: "alice", since: SmallFleet.start)]
        var run = fleet.run(1).run
        run.summary.late = true
        let text = text(run, .text)
        for words in [
            "late: due at 2027-01-15 09:00 UTC",
            "! The fleet is frozen since 2027-01-15 08:00 UTC by alice: incident 4711",
            "1 new, 0 regressed", "in line: 33.3 % (1 of 3, 1 can't be told)", "policy expose",
            "rack9 (unreachable, never reported): no route", "New\n  rack7/web: drift exposure: hidden, wanted exposed",
            "-> expose it",
        ] { #expect(text.contains(words), "\(words) in \(text)") }
    }

    @Test("a freeze of some places is told as theirs, with its end", arguments: [ReportFormat.text, .html])
    func frozenPlaces(format: ReportFormat) throws {
        var fleet = SmallFleet()
        fleet.freezes = [
            Freeze(
                reason: "new switch", by: "alice", since: SmallFleet.start, until: SmallFleet.time(3),
                paths: [SmallFleet.path("rack7")]),
            Freeze(reason: "move", by: "bob", since: SmallFleet.start, paths: [SmallFleet.path("rack9")]),
        ]
        let page = text(fleet.run(1).run, format)
        #expect(
            page.contains(
                "rack7 is frozen since 2027-01-15 08:00 UTC until \(ReportWords.time(SmallFleet.time(3))) by alice: "
                    + "new switch; no correction starts there"), "\(page)")
        #expect(page.contains("rack9 is frozen since 2027-01-15 08:00 UTC by bob: move; no correction starts there"))
        #expect(!page.contains("The fleet is"))
    }
}
