import FleetStore
import Foundation
import NestingModel
import Testing

@testable import SQLiteStore

@Suite("Revisions of the policies in the store")
struct PolicyRevisionTests {
    @Test("from before exemptions, modes, dates and label rules are read as they were meant")
    func older() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let document = """
            {"policies":[{"desired":{"exposure":true},"disruption":{"consent":{"cutPower":false,"dropSavedState":false,\
            "owners":[]},"drain":true,"reportAgeSeconds":900,"restart":true,"shutdownSeconds":120},"mode":"enforce",\
            "name":"p","place":"p.yaml:2","priority":3,"selector":{"all":false,"guests":[],"labels":{"site":"lab"},\
            "levels":[1],"paths":["r/*"],"uuids":[]},"severity":"high"}],"revision":1}
            """
        try fixture.execute("INSERT INTO policy_revision VALUES (1, '\(document)')")
        let set = try await store.read { (work) throws(StoreFailure) in try work.policies() }
        let policy = Policy(
            name: "p", priority: 3, selector: PolicySelector(paths: ["r/*"], labels: ["site": "lab"], levels: [1]),
            desired: DesiredSettings(exposure: true), mode: .enforce, severity: .high, place: "p.yaml:2")
        #expect(set == PolicySet(revision: 1, policies: [policy]))
        await store.close()
    }

    @Test("are all kept, each as it was, and are found by their number")
    func kept() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let moment = Moment(Date(timeIntervalSince1970: 1_800_000_000), "2027-01-15T09:00 Europe/Berlin")
        let policy = Policy(
            name: "p",
            selector: PolicySelector(
                hosts: ["r"], labelRules: [LabelRule("a", .isNoneOf, ["x"])], platforms: [PlatformWord("linux")],
                not: [PolicySelector(levels: [0])]), desired: DesiredSettings(exposure: true), mode: .enforce,
            intendedMode: .propose, modes: [ModeRule(PolicySelector(all: true), mode: .audit, reason: "r")],
            from: moment, graceSeconds: 60)
        let exemption = Exemption(
            name: "e", selector: PolicySelector(all: true), settings: [.exposure],
            accepts: DesiredSettings(savedState: true), owner: "o", reason: "r", expires: moment)
        let sets = [
            PolicySet(revision: 1, policies: [policy]),
            PolicySet(revision: 2, exemptions: [exemption], by: "alice", at: moment.date, note: "n"),
        ]
        try await store.record { (work) throws(StoreFailure) in
            for set in sets { try work.put(policies: set) }
        }
        let (all, first, none) = try await store.read { (work) throws(StoreFailure) in
            (try work.policyRevisions(limit: 9), try work.policies(revision: 1), try work.policies(revision: 3))
        }
        #expect(all == sets.reversed())
        #expect(first == sets[0])
        #expect(none == nil)
        await store.close()
    }

    @Test("findings that an exemption holds are no open ones, and keep who, why and until when")
    func exempted() async throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        var finding = Finding(
            kind: .drift, path: rack7, setting: .exposure, severity: .low, state: .exempted, sentence: "s", remedy: "",
            firstSeen: time, lastSeen: time)
        finding.exemption = FindingExemption(
            Exemption(
                name: "e", selector: PolicySelector(all: true), settings: [.exposure], owner: "o", reason: "r",
                expires: Moment(time, "then")))
        let stored = finding
        try await store.record { (work) throws(StoreFailure) in try work.put(findings: [stored]) }
        let (open, exempted) = try await store.read { (work) throws(StoreFailure) in
            (try work.openFindings(), try work.exemptedFindings())
        }
        #expect(open == [])
        #expect(exempted == [stored])
        await store.close()
    }
}
