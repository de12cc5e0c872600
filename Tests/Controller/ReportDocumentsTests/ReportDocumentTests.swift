import ControllerAPI
import FleetDocuments
import Foundation
import NestingModel
import ReportDocuments
import Testing
import YAMLDocument

@Suite("A report file")
struct ReportDocumentTests {
    private func read(_ text: String) throws(YAMLFaults) -> [ReportDefinition] {
        try ReportDocument.read([DocumentText(name: "r.yaml", text: text)])
    }

    @Test("is what the annotated example in Config is")
    func example() throws {
        let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")
        let text = try String(contentsOf: config.appending(path: "reports.yaml"), encoding: .utf8)
        #expect(try read(text).count == 2)
    }

    @Test("has every format that there is, in its schema too")
    func formats() {
        #expect(ReportFileSchema.formats == ReportFormat.allCases.filter { $0 != .unknown }.map(\.rawValue))
    }

    @Test("selects by all the words that policies have")
    func selects() throws {
        let selector = try #require(
            try read(
                """
                reports:
                  - name: lab
                    select:
                      labels: {site: {in: [lab, test]}, rack: {exists: true}}
                      platforms: [linux]
                      not: {paths: ["rack7/**"]}
                    schedule: {every: 6h}
                """
            ).first
        ).selector
        #expect(selector.labelRules.count == 2)
        #expect(selector.platforms.count == 1)
        #expect(selector.not.map(\.paths) == [["rack7/**"]])
    }

    @Test("is read with all that it says, and what it leaves out has its default")
    func reads() throws {
        let reports = try read(
            """
            reports:
              - name: weekly
                select: {paths: ["rack7/**"], labels: {site: lab}}
                schedule: {cron: "0 7 * * mon", time-zone: Europe/Berlin}
                formats: [html, csv]
                recipients:
                  - {name: archive, file: {folder: /srv/reports}}
                  - {name: hook, webhook: {url: "https://h.example/x?y", secret-file: /k, ca-file: /ca.pem}}
                  - {name: secret, webhook: {url-file: /u}}
                  - {name: post, mail: {server: m.example, from: a@b.example, to: [c@d.example]}}
                  - name: login
                    mail:
                      {server: 10.0.0.1, tls: implicit, from: a@b, to: [c@d, e@f], user: u, password-file: /p, ca-file: /c}
              - name: often
                select: {all: true}
                schedule: {every: 90m}
            """)
        #expect(
            reports == [
                ReportDefinition(
                    name: "weekly", selector: PolicySelector(paths: ["rack7/**"], labels: ["site": "lab"]),
                    schedule: ReportSchedule(cron: "0 7 * * mon", timeZone: "Europe/Berlin"), formats: [.html, .csv],
                    recipients: [
                        ReportRecipient(
                            name: "archive", place: ReportPlace(file: FilePlace(folder: "/srv/reports"))),
                        ReportRecipient(
                            name: "hook",
                            place: ReportPlace(
                                webhook: WebhookPlace(
                                    url: "https://h.example/x?y", secretFile: "/k", authorityFile: "/ca.pem"))),
                        ReportRecipient(name: "secret", place: ReportPlace(webhook: WebhookPlace(urlFile: "/u"))),
                        ReportRecipient(
                            name: "post",
                            place: ReportPlace(
                                mail: MailPlace(
                                    server: "m.example", port: 587, tls: .starttls, from: "a@b.example",
                                    to: ["c@d.example"]))),
                        ReportRecipient(
                            name: "login",
                            place: ReportPlace(
                                mail: MailPlace(
                                    server: "10.0.0.1", port: 465, tls: .implicit, from: "a@b", to: ["c@d", "e@f"],
                                    user: "u", passwordFile: "/p", authorityFile: "/c"))),
                    ], place: "r.yaml:2"),
                ReportDefinition(
                    name: "often", selector: PolicySelector(all: true), schedule: ReportSchedule(everySeconds: 5400),
                    formats: [.text], place: "r.yaml:14"),
            ])
        #expect(reports[0].recipients[1].place.summary == "webhook https://h.example")
        #expect(reports[0].recipients[2].place.summary == "webhook of /u")
    }

    /// One report whose lines are the usual ones but for what a test puts in their place.
    private func faults(
        name: String = "a", select: String = "{all: true}", schedule: String = "{every: 1h}", rest: String = ""
    ) -> [String] {
        let text = """
            reports:
              - name: \(name)
                select: \(select)
                schedule: \(schedule)
            \(rest.isEmpty ? "" : "    " + rest)
            """
        do throws(YAMLFaults) {
            _ = try read(text)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test(
        "is refused for a schedule that says nothing, that never fires, or that no zone knows",
        arguments: [
            ("{}", "neither cron nor every"), ("{cron: \"@daily\", every: 1h}", "both cron and every"),
            ("{cron: \"0 0 30 2 *\"}", "no date ever meets"), ("{cron: \"61 * * * *\"}", "minute \"61\""),
            ("{cron: \"@daily\", time-zone: Europe/Berln}", "did you mean Europe/Berlin?"),
            ("{every: 1h, time-zone: UTC}", "counts in UTC"), ("{every: 10s}", "from 1m to 366d"),
            ("{every: 60}", "with its unit"), ("{corn: \"@daily\"}", "did you mean cron?"), ("daily", "write keys"),
        ])
    func schedules(_ schedule: String, _ words: String) {
        let found = faults(schedule: schedule)
        #expect(found.contains { $0.hasPrefix("r.yaml:4:") && $0.contains(words) }, "\(found)")
    }

    @Test(
        "is refused for recipients that have no way to go, or one that would tell a secret",
        arguments: [
            ("[{name: x}]", "no way to go"),
            ("[{name: x, file: {folder: /a}, webhook: {url: \"https://h/\"}}]", "file and webhook"),
            ("[{file: {folder: /a}}]", "name is missing"), ("[{name: x, file: {folder: reports}}]", "absolute path"),
            ("[{name: x, file: {}}]", "folder is missing"), ("[{name: x, webhook: {}}]", "needs a url or a url-file"),
            ("[{name: x, webhook: {url: \"https://h/\", url-file: /u}}]", "and not both"),
            ("[{name: x, webhook: {url: \"http://example.org/\"}}]", "only to this machine"),
            ("[{name: x, webhook: {url: \"http://localhost.example.org/\"}}]", "only to this machine"),
            ("[{name: x, webhook: {url: \"https://user:pass@h/\"}}]", "without user"),
            ("[{name: x, webhook: {url: \"ftp://h/\"}}]", "https://HOST"),
            ("[{name: x, webhook: {url: \"https://h/\", secret: abc}}]", "secret is not known"),
            ("[{name: x, file: {folder: /a}}, {name: x, file: {folder: /b}}]", "another recipient"),
            ("[{name: x, mail: {server: m, from: a@b, to: [a b@c]}}]", "a plain address"),
            ("[{name: x, mail: {server: m, from: \"a@b>\", to: [c@d]}}]", "a plain address"),
            ("[{name: x, mail: {server: \"m/x\", from: a@b, to: [c@d]}}]", "a host's name"),
            ("[{name: x, mail: {server: m, from: a@b, to: [c@d], user: u}}]", "only one of user"),
            ("[{name: x, mail: {server: m, from: a@b, to: [c@d], tls: none}}]", "starttls or implicit"),
            ("[{name: x, mail: {server: m, from: a@b}}]", "to is missing"),
            ("[{name: ../x, file: {folder: /a}}]", "letters, digits"), ("[]", "empty list"),
        ])
    func recipients(_ recipients: String, _ words: String) {
        let found = faults(rest: "recipients: \(recipients)")
        #expect(found.contains { $0.hasPrefix("r.yaml:5:") && $0.contains(words) }, "\(found)")
    }

    @Test("tells all its faults at once, each with its place")
    func allAtOnce() {
        let found = faults(
            name: "../a", select: "{}", schedule: "{cron: \"* * *\"}",
            rest: "formats: [html, html, pdf]\n    colour: red")
        #expect(found.count == 6, "\(found)")
        #expect(found.contains { $0.hasPrefix("r.yaml:2:11: ") })
        #expect(found.contains { $0.hasPrefix("r.yaml:3:13: ") && $0.contains("selects nothing") })
        #expect(found.contains { $0.hasPrefix("r.yaml:6:5: ") && $0.contains("colour is not known") })
    }

    @Test("names each report once, in all files together")
    func unique() {
        let text = "reports: [{name: a, select: {all: true}, schedule: {every: 1h}}]"
        let fault = #expect(throws: YAMLFaults.self) {
            try ReportDocument.read([
                DocumentText(name: "1.yaml", text: text), DocumentText(name: "2.yaml", text: text),
            ])
        }
        #expect(
            fault?.faults.map(\.description).first?.contains("is taken at 1.yaml:1:18") == true,
            "\(String(describing: fault))")
    }
}
