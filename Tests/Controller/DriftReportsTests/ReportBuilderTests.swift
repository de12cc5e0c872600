import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import Testing

@testable import DriftReports

@Suite("A run of a report")
struct ReportBuilderTests {
    private func standings(_ run: ReportRun) -> [String] {
        run.findings.map { "\($0.standing) \($0.finding.path)" }.sorted()
    }

    @Test("tells new, persisting, resolved and regressed findings apart, over many runs")
    func standings() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db")]
        let first = fleet.run(1)
        #expect(standings(first.run) == ["new rack7/web", "new rack9/db"])
        #expect(first.run.summary.previousAt == nil)
        fleet.open = [SmallFleet.drift("rack7/web")]
        let second = fleet.run(2, after: first)
        #expect(standings(second.run) == ["persisting rack7/web", "resolved rack9/db"])
        #expect(Array(second.run.findings).last?.finding.state == .resolved)
        #expect(second.run.summary.previousAt == SmallFleet.time(1))
        let third = fleet.run(3, after: second)
        #expect(standings(third.run) == ["persisting rack7/web"], "an end is told once")
        fleet.open.append(SmallFleet.drift("rack9/db", since: 3.5))
        let fourth = fleet.run(4, after: third)
        #expect(standings(fourth.run) == ["persisting rack7/web", "regressed rack9/db"])
        #expect(fourth.run.summary.counts == ReportCounts(persisting: 1, regressed: 1))
        #expect(standings(fleet.run(5, after: fourth).run) == ["persisting rack7/web", "persisting rack9/db"])
        #expect(fourth.run.summary.number == 4)
        #expect(fourth.memory.seenTo == SmallFleet.time(4))
    }

    @Test("tells what an exemption holds apart: neither open nor ended, with the share in line before and after it")
    func exempted() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db")]
        let first = fleet.run(1)
        #expect(first.run.complianceBeforeExemptions == nil)
        fleet.open = [SmallFleet.drift("rack7/web")]
        fleet.exempted = [SmallFleet.drift("rack9/db", state: .exempted)]
        let second = fleet.run(2, after: first)
        #expect(standings(second.run) == ["exempted rack9/db", "persisting rack7/web"])
        #expect(second.run.summary.counts == ReportCounts(persisting: 1))
        #expect(second.run.compliance.all == ComplianceShare(inLine: 2, outOfLine: 1))
        #expect(second.run.complianceBeforeExemptions?.all == ComplianceShare(inLine: 1, outOfLine: 2))
        #expect(second.run.complianceBeforeExemptions?.policies.map(\.share.outOfLine) == [2])
        let difference = ReportDifference(from: first.run, to: second.run)
        #expect(difference.closed.map(\.finding.path.description) == ["rack9/db"] && difference.opened.isEmpty)
        // It ends: what was held is open again, and did not regress.
        fleet.open = first.run.findings.map(\.finding)
        fleet.exempted = []
        #expect(standings(fleet.run(3, after: second).run) == ["new rack9/db", "persisting rack7/web"])
    }

    @Test("tells of what ended while an exemption held it that it ended, once, and that it regressed where it is back")
    func endedWhileExempted() {
        var fleet = SmallFleet()
        fleet.exempted = [SmallFleet.drift("rack9/db", state: .exempted)]
        let first = fleet.run(1)
        #expect(standings(first.run) == ["exempted rack9/db"])
        fleet.exempted = []
        let second = fleet.run(2, after: first)
        #expect(standings(second.run) == ["resolved rack9/db"])
        #expect(second.run.findings.map(\.finding.state) == [.resolved])
        #expect(second.run.summary.counts == ReportCounts(resolved: 1))
        let third = fleet.run(3, after: second)
        #expect(standings(third.run) == [])
        fleet.open = [SmallFleet.drift("rack9/db")]
        #expect(standings(fleet.run(4, after: third).run) == ["regressed rack9/db"])
    }

    @Test("takes what an exemption holds of a silent host for what can't be told")
    func exemptedAndSilent() {
        var fleet = SmallFleet()
        fleet.exempted = [SmallFleet.drift("rack9/db", state: .exempted)]
        fleet.hosts[2].health.state = .unreachable
        let run = fleet.run(1).run
        #expect(run.complianceBeforeExemptions?.all == ComplianceShare(inLine: 2, unknown: 1))
    }

    @Test("takes one that ended and came back between two runs for regressed")
    func flapping() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web")]
        let first = fleet.run(1)
        fleet.open = [SmallFleet.drift("rack7/web", since: 1.5)]
        #expect(standings(fleet.run(2, after: first).run) == ["regressed rack7/web"])
    }

    @Test("that somebody asked for stands in place of no due one")
    func asked() {
        let fleet = SmallFleet()
        let asked = ReportBuilder(
            fleet.material(.everything), ReportOccasion(id: "x", at: SmallFleet.time(5), requestedBy: "alice")
        ).build()
        #expect(asked.memory.seenTo == SmallFleet.start)
        #expect(asked.run.summary.dueAt == nil)
    }

    @Test("is about what its selector picks, and takes nothing for resolved that only left its sight")
    func selection() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db")]
        let first = fleet.run(1)
        var lab = ReportDefinition.everything
        lab.selector = PolicySelector(labels: ["site": "lab"])
        let second = fleet.run(2, lab, after: first)
        #expect(standings(second.run) == ["persisting rack9/db"])
        #expect((second.run.hosts, second.run.guests) == (1, 1))
        #expect(second.run.tree.roots.map(\.path.description) == ["rack9"])
    }

    @Test("keeps a finding in sight whose guest is no longer listed, and names the host that was not heard")
    func unlisted() {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack9/db")]
        let only = ReportDefinition(
            name: "db", selector: PolicySelector(guests: ["db"]), schedule: ReportSchedule(everySeconds: 3600))
        let first = fleet.run(1, only)
        fleet.hosts[2].health = HostHealth(state: .unreachable, sentence: "no route")
        fleet.hosts[2].report?.guests = .unknown("libvirt is gone")
        fleet.open[0].state = .stale
        let second = fleet.run(2, only, after: first)
        #expect(standings(second.run) == ["persisting rack9/db"])
        // Nothing of it is selected now: the guest is not there to be picked.
        #expect(second.run.notHeard.map(\.path.description) == [])
        #expect(fleet.run(2, after: first).run.notHeard.map(\.path.description) == ["rack9"])
    }

    @Test("counts compliance by policy and level, and what can't be told as neither")
    func compliance() {
        var fleet = SmallFleet()
        fleet.open = [
            SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db", state: .stale, kind: .restartNeeded),
        ]
        fleet.policies.append(
            Policy(name: "hide", selector: PolicySelector(levels: [2]), desired: DesiredSettings(exposure: false)))
        let run = fleet.run(1).run
        let level1 = ComplianceShare(inLine: 1, outOfLine: 1, unknown: 1)
        #expect(
            run.compliance
                == ComplianceTable(
                    all: ComplianceShare(inLine: 2, outOfLine: 1, unknown: 1),
                    policies: [
                        PolicyCompliance(policy: "expose", share: level1),
                        PolicyCompliance(policy: "hide", share: ComplianceShare(inLine: 1)),
                    ],
                    levels: [
                        LevelCompliance(level: 1, share: level1),
                        LevelCompliance(level: 2, share: ComplianceShare(inLine: 1)),
                    ]))
        // A host that was not read makes all of its guests unknown, whatever was found there before.
        fleet.hosts[0].health.state = .unreachable
        fleet.open = []
        #expect(fleet.run(2).run.compliance.all == ComplianceShare(inLine: 2, unknown: 2))
    }

    @Test("has no share where no policy asks anything, and never rounds up to all")
    func shares() {
        #expect(ComplianceShare().percentText == "–")
        #expect(ComplianceShare(inLine: 99_999, outOfLine: 1).percentText == "99.9 %")
        #expect(ComplianceShare(inLine: 7).percentText == "100 %")
        #expect(ComplianceShare(outOfLine: 7).percentText == "0.0 %")
    }

    @Test("shows trouble first in its tree, bounds it, and counts what it leaves out")
    func tree() {
        var fleet = SmallFleet()
        let names = (100..<180).map { "vm\($0)" }
        fleet.hosts[2].report?.guests = .known(
            names.enumerated().map { SmallFleet.guest($0.element, uuid: 1000 + $0.offset) })
        fleet.open = [SmallFleet.drift("rack9/vm170")]
        let rack9 = fleet.run(1).run.tree.roots[1]
        #expect(rack9.children.count == 9)
        #expect(rack9.omitted == 71)
        #expect(rack9.children.last?.path.name == "vm170")
        #expect(rack9.children.last?.mark == .outOfLine)
        #expect(rack9.children.first?.mark == .inLine)
        // A fleet beyond what anybody reads.
        fleet.hosts = (0..<700).map { number in
            SmallFleet.host("h\(1000 + number)", uuid: number + 1, guests: [])
        }
        fleet.open = [SmallFleet.drift("h1699")]
        let tree = fleet.run(1).run.tree
        #expect(tree.roots.count == ReportTreeBuilder.mostNodes)
        #expect(tree.roots.contains { $0.path.name == "h1699" })
    }

    @Test("draws no guest of a host that was not heard as in line")
    func silentHost() {
        var fleet = SmallFleet()
        fleet.hosts[0].health.state = .unreachable
        let tree = fleet.run(1).run.tree
        #expect(tree.roots[0].mark == .unread)
        #expect(tree.roots[0].children.map(\.mark) == [.unread, .unread])
        // Through its own agent it is heard: what is inside it can be told.
        #expect(tree.roots[0].children[0].children.map(\.mark) == [.inLine])
        #expect(tree.roots[1].children.map(\.mark) == [.inLine])
    }

    @Test("shows its trend, its own figures last")
    func trend() {
        var fleet = SmallFleet()
        let first = fleet.run(1)
        fleet.open = [SmallFleet.drift("rack7/web")]
        #expect(fleet.run(2, after: first).run.trend.map(\.counts.open) == [0, 1])
    }
}
