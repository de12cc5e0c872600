import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// Dated exceptions to policies.
@Suite struct ExemptionTests {
    private static let end = Sample.now.addingTimeInterval(3600)
    private let hide = [Sample.policy("hide", mode: .enforce, DesiredSettings(exposure: false, maximumVCPUs: 4))]

    private func fleet(exposed: Bool = true, state: HostState = .ok) -> JoinResult {
        NestingTree.join([
            Sample.host(
                "r", uuid: 1, labels: ["site": "lab"], state: state,
                guests: [
                    Sample.guest("a", uuid: 2, exposed: exposed) { $0.vcpus.maximum = .known(2) },
                    Sample.guest("b", uuid: 3, exposed: false) { $0.vcpus.maximum = .known(4) },
                ])
        ])
    }

    private func exemption(
        _ name: String = "legacy", _ selector: PolicySelector = PolicySelector(guests: ["a"]),
        settings: [Setting] = [.exposure], accepts: DesiredSettings = DesiredSettings(), until end: Date = Self.end
    ) -> Exemption {
        Exemption(
            name: name, selector: selector, settings: settings, accepts: accepts, owner: "alice", reason: "old image",
            expires: Moment(end, "2027-01-31T18:00 Europe/Berlin"), place: "e.yaml:2")
    }

    private func evaluate(
        _ exemptions: [Exemption], _ fleet: JoinResult? = nil, previous: [Finding] = [], at now: Date = Sample.now
    ) -> [String: Finding] {
        let found = PolicyEngine(hide, exemptions: exemptions).evaluate(
            fleet ?? self.fleet(), previous: previous, now: now)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }

    @Test("An exempted finding is kept with who, why and until when; what the exemption does not name stays open")
    func holds() throws {
        let found = evaluate([exemption()])
        let exempted = try #require(found["drift:r/a:exposure"])
        #expect(exempted.state == .exempted)
        #expect(
            exempted.exemption?.sentence
                == "exempted by 'legacy' until 2027-01-31T18:00 Europe/Berlin (alice: old image)")
        #expect(found["drift:r/a:maximum-vcpus"]?.state == .open)
        #expect(found["drift:r/a:maximum-vcpus"]?.exemption == nil)
    }

    @Test(
        "It is about what its selector is about, by the same words as a policy",
        arguments: [
            (PolicySelector(all: true), true), (PolicySelector(paths: ["r/*"]), true),
            (PolicySelector(uuids: [Sample.uuid(2)]), true), (PolicySelector(uuids: [Sample.uuid(3)]), false),
            (PolicySelector(labels: ["site": "lab"]), true), (PolicySelector(labels: ["site": "x"]), false),
            (PolicySelector(not: [PolicySelector(guests: ["a"])]), false), (PolicySelector(levels: [2]), false),
        ])
    func selects(selector: PolicySelector, holds: Bool) {
        let finding = evaluate([exemption("e", selector)])["drift:r/a:exposure"]
        #expect((finding?.state == .exempted) == holds)
    }

    @Test("When it expires its finding opens again, with its first day, and says so")
    func expires() throws {
        let first = evaluate([exemption()])
        let second = evaluate([exemption()], previous: Array(first.values), at: Self.end)
        let open = try #require(second["drift:r/a:exposure"])
        #expect(open.state == .open)
        #expect(open.firstSeen == Sample.now)
        #expect(
            open.sentence.hasSuffix(
                "; exemption 'legacy' (alice: old image) no longer holds: it expired 2027-01-31T18:00 Europe/Berlin"))
    }

    @Test(
        "One that is pinned to a value holds that value, and no other",
        arguments: [
            (DesiredSettings(exposure: true), Setting.exposure, true),
            (DesiredSettings(exposure: false), Setting.exposure, false),
            (DesiredSettings(maximumVCPUs: 2), Setting.maximumVCPUs, true),
            // A policy's "at least 1" would be met by 2; a pin is one value.
            (DesiredSettings(maximumVCPUs: 1), Setting.maximumVCPUs, false),
        ])
    func pinned(accepts: DesiredSettings, setting: Setting, holds: Bool) {
        let finding = evaluate([exemption(settings: [setting], accepts: accepts)])["drift:r/a:\(setting)"]
        #expect((finding?.state == .exempted) == holds)
        #expect(finding?.sentence.contains("no longer holds: it accepts") == !holds)
    }

    @Test("A pin is not met by what can't be told; without a pin that is exempted, too")
    func unreadable() {
        let unknown = NestingTree.join([
            Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2) { $0.exposure.configured = .unknown("?") }])
        ])
        #expect(evaluate([exemption()], unknown)["unreadable:r/a:exposure"]?.state == .exempted)
        let pin = exemption(accepts: DesiredSettings(exposure: true))
        #expect(evaluate([pin], unknown)["unreadable:r/a:exposure"]?.state == .open)
    }

    @Test("One that holds goes before one that is over, whatever their names")
    func several() {
        let over = exemption("aaa", until: Sample.now)
        #expect(evaluate([over, exemption()])["drift:r/a:exposure"]?.exemption?.name == "legacy")
        #expect(evaluate([over])["drift:r/a:exposure"]?.exemption?.lapse != nil)
    }

    @Test("While its host can't be read an exempted finding stays so, until the exemption is over or taken away")
    func unread() {
        let first = Array(evaluate([exemption()]).values)
        let dark = fleet(state: .unreachable)
        #expect(evaluate([exemption()], dark, previous: first)["drift:r/a:exposure"]?.state == .exempted)
        let over = evaluate([exemption()], dark, previous: first, at: Self.end)["drift:r/a:exposure"]
        #expect(over?.state == .stale && over?.sentence.contains("it expired") == true)
        let gone = evaluate([], dark, previous: first)["drift:r/a:exposure"]
        #expect(gone?.state == .stale && gone?.sentence.contains("it was taken away") == true)
    }

    @Test("It ends as resolved when the guest is as wanted, and opens without a word when nothing exempts it")
    func ends() {
        let first = Array(evaluate([exemption()]).values)
        #expect(
            evaluate([exemption()], fleet(exposed: false), previous: first)["drift:r/a:exposure"]?.state == .resolved)
        let open = evaluate([], previous: first)["drift:r/a:exposure"]
        #expect(open?.state == .open && open?.exemption == nil)
    }

    @Test("Nothing exempted is planned, also beside something that is")
    func notPlanned() {
        let found = PolicyEngine(hide, exemptions: [exemption()]).evaluate(fleet(), now: Sample.now)
        let plan = Planner.plan(fleet().tree, findings: found, policies: hide, now: Sample.now)
        #expect(plan.items.map(\.path.description) == ["r/a"])
        #expect(plan.items.first?.change.exposure == nil)
        #expect(plan.items.first?.change.maximumVCPUs == 4)
        #expect(!plan.blocked.contains { $0.finding == "drift:r/a:exposure" })
    }

    @Test("One that selects nothing is named")
    func matchingNothing() {
        let book = PolicyBook(
            policies: hide, exemptions: [exemption(), exemption("misses", PolicySelector(guests: ["x"]))])
        let reach = DraftReach(from: PolicyBook(policies: hide), to: book, written: book, in: fleet().tree)
        #expect(reach.idleExemptions == ["misses"])
        #expect(reach.idlePolicies == [])
        #expect(reach.trees == ["r"], "an exemption of one of its guests comes")
    }
}
