import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

@Suite("What people read of scheduled reports")
struct ReportTextTests {
    private let terminal = Terminal(environment: ["NO_COLOR": "1"])
    private let at = Date(timeIntervalSince1970: 1_800_000_000)

    private func summary(_ number: Int) -> ReportRunSummary {
        ReportRunSummary(
            id: "id-\(number)", report: "weekly", number: number, at: at, dueAt: at, late: true,
            requestedBy: "nestord", previousID: nil, previousAt: nil, counts: ReportCounts(new: 2, persisting: 1),
            compliance: ComplianceShare(inLine: 2, outOfLine: 1))
    }

    private func finding(_ observed: String) throws -> ReportedFinding {
        ReportedFinding(
            standing: .new,
            finding: Finding(
                kind: .drift, path: try #require(NodePath("rack7/web")), setting: .exposure, desired: "exposed",
                observed: observed, severity: .high, policy: "p", sentence: "", remedy: "", firstSeen: at, lastSeen: at)
        )
    }

    @Test("says when each is due, how it went, and which recipient refuses, why, and what to do")
    func list() {
        let definition = ReportDefinition(
            name: "weekly", selector: PolicySelector(all: true),
            schedule: ReportSchedule(cron: "0 7 * * mon", timeZone: "Europe/Berlin"), formats: [.html])
        let failing = RecipientHealth(
            failures: 3, failingSince: at, sentence: "it answered\u{1B}[31m (503)", remedy: "look there", retryAt: at,
            givenUp: 2)
        let row = ReportRow(
            definition: definition, nextAt: nil, last: summary(4),
            recipients: [
                RecipientRow(
                    name: "archive", place: "file /srv", health: RecipientHealth(lastDelivered: at), waiting: 0),
                RecipientRow(name: "hook", place: "webhook https://h", health: failing, waiting: 7),
                RecipientRow(
                    name: "ops", address: "n@x", place: "mail n@x by m:587",
                    health: RecipientHealth(failures: 1, failingSince: at, sentence: "550 no"), waiting: 1),
            ])
        #expect(
            reportTable(ReportsAnswer(revision: 1, reports: [row]), terminal) == """
                revision 1
                NAME    SCHEDULE                   NEXT   LAST RUN                     OPEN  IN LINE  FORMATS
                weekly  0 7 * * mon Europe/Berlin  never  2027-01-15T08:00:00Z (late)  3     66.6 %   html

                REPORT  RECIPIENT  TO                 STATE                                                       WAITING  LAST DELIVERED
                weekly  archive    file /srv          ok                                                          0        2027-01-15T08:00:00Z
                weekly  hook       webhook https://h  failing since 2027-01-15T08:00:00Z, 3 attempts, 2 given up  7        never
                weekly  ops        mail n@x by m:587  failing since 2027-01-15T08:00:00Z, 1 attempt               1        never
                weekly/hook: it answered?[31m (503); next attempt 2027-01-15T08:00:00Z
                  → look there
                weekly/ops/n@x: 550 no
                """)
        #expect(reportTable(ReportsAnswer(revision: 0, reports: []), terminal).hasPrefix("no scheduled reports yet"))
    }

    @Test("tells what opened, closed and changed between two runs")
    func difference() throws {
        let difference = ReportDifference(
            from: summary(1), to: summary(2), opened: [try finding("hidden")], closed: [try finding("hidden")],
            changed: [FindingChange(before: try finding("hidden"), after: try finding("unknown"))])
        #expect(
            differenceText(difference, terminal) == """
                weekly, run 1 to run 2
                1 opened, 1 closed, 1 changed; in line 66.6 % before, 66.6 % after
                  + rack7/web: drift exposure: hidden, wanted exposed (p)
                  - rack7/web: drift exposure: hidden, wanted exposed (p)
                  ~ rack7/web: drift exposure: unknown, wanted exposed (p), before hidden
                """)
    }
}
