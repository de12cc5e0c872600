import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

@Suite("The explanation of a node")
struct ExplanationTests {
    private let hosts = [
        Sample.host(
            "r", uuid: 1, labels: ["site": "lab"],
            guests: [Sample.guest("a", uuid: 2), Sample.guest("b", uuid: 3, exposed: false)])
    ]

    private func explain(
        _ path: String, _ policies: [Policy], _ exemptions: [Exemption] = [], hosts: [HostView]? = nil
    ) throws -> PolicyExplanation {
        let tree = NestingTree.join(hosts ?? self.hosts).tree
        return try #require(
            PolicyEngine(policies, exemptions: exemptions).explain(Sample.path(path), in: tree, now: Sample.now))
    }

    @Test("tells what selectors ask of it, who decides, who lost and why")
    func decided() throws {
        var later = Sample.policy("later", priority: 9, DesiredSettings(exposure: true))
        later.from = Moment(Sample.now.addingTimeInterval(1), "2027-02-01T00:00Z")
        let node = try explain(
            "r/a",
            [
                Sample.policy("top", priority: 5, mode: .audit, place: "a.yaml:2", DesiredSettings(exposure: false)),
                Sample.policy("same", priority: 5, DesiredSettings(exposure: false)),
                Sample.policy("low", DesiredSettings(exposure: true, maximumVCPUs: 2)), later,
                Sample.policy("other", PolicySelector(guests: ["x"]), DesiredSettings(exposure: true)),
                Sample.policy("of-hosts", DesiredSettings(hostNesting: true)),
            ])
        #expect((node.level, node.guest, node.labels) == (1, "a", ["site": "lab"]))
        #expect((node.platform, node.uuid) == ("linux-x86_64", Sample.uuid(2)))
        #expect(node.settings.map(\.setting) == [.exposure, .maximumVCPUs])
        let exposure = node.settings[0]
        #expect((exposure.wanted, exposure.observed, exposure.standing) == ("hidden", "exposed", .drift))
        #expect(exposure.decider?.policy == "top")
        #expect(exposure.decider?.reason == "priority 5 is the highest")
        #expect(
            exposure.others.map { "\($0.policy) wants \($0.wants): \($0.reason)" } == [
                "later wants exposed: it counts from 2027-02-01T00:00Z",
                "same wants hidden: asks for the same as 'top'",
                "low wants exposed: priority 0 is below 5",
            ])
        #expect(exposure.mode == ExplainedMode(.audit, reason: "the mode of policy 'top'"))
        #expect((node.settings[1].standing, node.settings[1].observed) == (.met, "at least 2"))
    }

    @Test("names all policies of a conflict, and decides nothing")
    func conflict() throws {
        let setting = try explain(
            "r/a",
            [
                Sample.policy("one", DesiredSettings(exposure: false)),
                Sample.policy("two", DesiredSettings(exposure: true)),
                Sample.policy("low", priority: -1, DesiredSettings(exposure: true)),
            ]
        ).settings[0]
        #expect((setting.standing, setting.wanted, setting.decider) == (.conflict, "", nil))
        #expect(
            setting.others.map { "\($0.policy): \($0.reason)" } == [
                "one: disagrees at priority 0, so that none decides",
                "two: disagrees at priority 0, so that none decides",
                "low: priority -1 is below 0, where policies disagree",
            ])
    }

    @Test("shows the exemption that holds, and the mode of each cause with its reason")
    func exempted() throws {
        var policy = Sample.policy("p", mode: .enforce, DesiredSettings(exposure: false))
        policy.intendedMode = .propose
        let exemption = Exemption(
            name: "e", selector: PolicySelector(uuids: [Sample.uuid(2)]), settings: [.exposure], owner: "o",
            reason: "r", expires: Moment(Sample.now.addingTimeInterval(9), "soon"))
        let setting = try explain("r/a", [policy], [exemption]).settings[0]
        #expect(setting.standing == .exempted)
        #expect(setting.exemption?.name == "e")
        #expect(setting.mode?.mode == .enforce)
        #expect(setting.intendedMode == ExplainedMode(.propose, reason: "policy 'p' is propose for an intended change"))
        // An exemption of something that is met is shown, and changes nothing.
        #expect(try explain("r/b", [policy], [exemption]).settings[0].standing == .met)
    }

    @Test("says what complies in a grace period")
    func grace() throws {
        var policy = Sample.policy("new", priority: 1, DesiredSettings(exposure: false))
        policy.from = Moment(Sample.now, "now")
        policy.graceSeconds = 60
        let setting = try explain("r/a", [policy, Sample.policy("old", DesiredSettings(exposure: true))]).settings[0]
        #expect(setting.standing == .grace)
        #expect(
            setting.decider?.reason == "priority 1 is the highest; until 2027-01-15T08:01:00Z exposed complies, too")
    }

    @Test("is of a host, too, and says where nothing can be told")
    func ofHosts() throws {
        let policies = [Sample.policy("p", DesiredSettings(exposure: true, hostNesting: false))]
        let host = try explain("r", policies)
        #expect(host.settings.map(\.setting) == [.hostNesting])
        #expect(host.settings[0].standing == .drift)
        let dark = [Sample.host("r", uuid: 1, state: .silent, guests: [Sample.guest("a", uuid: 2)])]
        let guest = try explain("r/a", policies, hosts: dark).settings[0]
        #expect((guest.standing, guest.observed) == (.unreadable, "unknown (its host could not be read)"))
    }

    @Test("is none for a place that is not in the tree")
    func nowhere() {
        #expect(PolicyEngine([]).explain(Sample.path("r/x"), in: NestingTree.join(hosts).tree, now: Sample.now) == nil)
    }

    @Test("says of a setting that no agent can correct that its mode changes nothing")
    func beyondAgents() throws {
        let guest = Sample.guest("a", uuid: 2) { $0.interfaces = .known([Sample.nic("m", spoofing: .known(true))]) }
        let policy = Sample.policy("p", mode: .enforce, DesiredSettings(exposure: true, macSpoofing: false))
        let tree = NestingTree.join([Sample.host("r", uuid: 1, guests: [guest])]).tree
        let settings = try #require(
            PolicyEngine([policy]).explain(Sample.path("r/a"), in: tree, now: Sample.now)?.settings)
        #expect(settings.map(\.setting) == [.exposure, .macSpoofing])
        #expect(settings.map { $0.mode?.reason.hasSuffix("; and no agent can correct it") } == [false, true])
        #expect(settings.map { $0.intendedMode?.reason.hasSuffix("; and no agent can correct it") } == [false, true])
    }
}
