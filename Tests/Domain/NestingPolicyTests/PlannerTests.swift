import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

@Suite struct PlannerTests {
    private static let inner = [
        Sample.guest("c", uuid: 4), Sample.guest("d", uuid: 5, state: .off), Sample.guest("e", uuid: 6),
    ]
    private static let hide = DesiredSettings(exposure: false)

    /// `r` with the guest `a`, which is a host with guests `c` and `e` that run and `d` that does not.
    private static func fleet(
        _ guest: (inout GuestReport) -> Void = { _ in }, inside: [GuestReport] = inner, innerState: HostState = .ok,
        hosts change: (inout [HostView]) -> Void = { _ in }
    ) -> [HostView] {
        var hosts = [
            Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, guest)]),
            Sample.host("r/a", uuid: 2, state: innerState, guests: inside),
        ]
        change(&hosts)
        return hosts
    }

    private static func plan(
        _ hosts: [HostView], _ policies: [Policy], selection: [NodePath] = [],
        modes: Set<PolicyMode> = [.propose, .enforce], after seconds: TimeInterval = 0
    ) -> Plan {
        let joined = NestingTree.join(hosts)
        let findings = PolicyEngine(policies).evaluate(joined, now: Sample.now)
        return Planner.plan(
            joined.tree, findings: findings, policies: policies, selection: selection, modes: modes,
            now: Sample.now.addingTimeInterval(seconds))
    }

    private static func onlyA(_ rules: DisruptionRules = DisruptionRules(), _ desired: DesiredSettings = hide) -> Policy
    {
        Sample.policy("p", PolicySelector(paths: ["r/a"]), rules: rules, desired)
    }

    @Test("A guest's findings become one item that drains, changes, verifies and starts again")
    func item() throws {
        let desired = DesiredSettings(exposure: false, startupMemory: 8 << 30, dynamicMemory: false, maximumVCPUs: 4)
        let inside = [Sample.guest("c", uuid: 4, exposed: false), Sample.guest("e", uuid: 6, exposed: false)]
        let plan = Self.plan(
            Self.fleet({ $0.memory.dynamic = .known(true) }, inside: inside), [Self.onlyA(DisruptionRules(), desired)])
        #expect(plan.blocked.isEmpty)
        let item = try #require(plan.items.first)
        #expect(plan.items.count == 1)
        #expect(
            item.change
                == GuestChange(exposure: false, startupMemory: 8 << 30, maximumVCPUs: 4, dynamicMemory: false))
        #expect(item.host == Sample.path("r"))
        #expect((item.definitionDigest, item.uuid) == ("d-a", Sample.uuid(2)))
        #expect(item.findings.count == 4)
        #expect(item.disruption == .guestRestart)
        #expect(item.blastRadius == [Sample.path("r/a/c"), Sample.path("r/a/e")])
        #expect(item.drains == [DrainStep(host: Sample.path("r/a"), guests: [Sample.uuid(4), Sample.uuid(6)])])
        #expect(item.verifyInside == Sample.path("r/a"))
        #expect(!item.blastRadiusUnknown && item.nestingInUse == false)
        #expect(
            item.steps == [
                "stop 2 guests of r/a, and hold them",
                "define r/a with virtualization extensions hidden, 8 GiB of startup memory, up to 4 vCPUs, fixed memory",
                "shut it down within 120 s, or put the definition back", "start it again",
                "verify inside it, by its own agent",
                "the held guests of r/a need KVM: they stay off until nesting is exposed again",
            ])
    }

    @Test("Deeper guests are changed first, and deeper hosts are drained first")
    func order() {
        let hosts =
            Self.fleet() + [Sample.host("r/a/c", uuid: 4, guests: [Sample.guest("x", uuid: 8)])]
        let plan = Self.plan(hosts, [Sample.policy("p", Self.hide)])
        #expect(plan.items.map(\.path.description) == ["r/a/c/x", "r/a/c", "r/a/d", "r/a/e", "r/a"])
        #expect(plan.items.last?.drains.map(\.host.description) == ["r/a/c", "r/a"])
        #expect(plan.items.last?.blastRadius.map(\.description) == ["r/a/c/x", "r/a/c", "r/a/e"])
    }

    @Test("A guest that waits for a restart gets the same change again")
    func restart() {
        let plan = Self.plan(Self.fleet { $0.exposure.configured = .known(false) }, [Self.onlyA()])
        #expect(plan.items.map(\.change) == [GuestChange(exposure: false)])
    }

    @Test("A guest that is off is changed without disturbing anybody")
    func off() {
        let hosts = [Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, state: .off)])]
        let plan = Self.plan(hosts, [Self.onlyA(DisruptionRules(restart: false, drain: false))])
        #expect(plan.items.map(\.disruption) == [.none])
        #expect(plan.items.first?.steps.last == "leave it off: its next start has the change")
    }

    @Test(
        "What runs inside a guest without an agent is unknown while extensions are exposed",
        arguments: [(true, true), (false, false)])
    func withoutAgent(exposed: Bool, isUnknown: Bool) {
        let desired = DesiredSettings(maximumVCPUs: 9)
        let guest = Sample.guest("a", uuid: 2, exposed: exposed)
        let alone = [Sample.host("r", uuid: 1, guests: [guest])]
        let missing = alone + [Sample.host("r/a", uuid: 2, state: .agentMissing)]
        for hosts in [alone, missing] {
            let plan = Self.plan(hosts, [Self.onlyA(DisruptionRules(), desired)])
            #expect(plan.items.map(\.blastRadiusUnknown) == [isUnknown])
            #expect(plan.items.map(\.verifyInside) == [nil])
        }
    }

    @Test("Several policies together allow what all of them allow")
    func strictest() throws {
        let generous = DisruptionRules(
            shutdownSeconds: 60, reportAgeSeconds: 900,
            consent: CorrectionConsent(dropSavedState: true, cutPower: true, owners: [.openstack, .ovirt]))
        let careful = DisruptionRules(
            shutdownSeconds: 300, reportAgeSeconds: 60,
            consent: CorrectionConsent(dropSavedState: true, owners: [.ovirt]))
        let plan = Self.plan(
            Self.fleet(),
            [Self.onlyA(generous), Sample.policy("q", rules: careful, DesiredSettings(maximumVCPUs: 9))],
            selection: [Sample.path("r/a")])
        let rules = try #require(plan.items.first { $0.path == Sample.path("r/a") }?.rules)
        #expect((rules.shutdownSeconds, rules.reportAgeSeconds) == (300, 60))
        #expect(rules.consent == CorrectionConsent(dropSavedState: true, owners: [.ovirt]))
    }

    @Test("A selection holds a node and all below it")
    func selection() {
        let policy = Sample.policy("p", Self.hide)
        #expect(Self.plan(Self.fleet(), [policy], selection: [Sample.path("r/a/c")]).items.count == 1)
        #expect(Self.plan(Self.fleet(), [policy], selection: [Sample.path("r")]).items.count == 4)
        #expect(Self.plan(Self.fleet(), [policy], selection: [Sample.path("s")]).items.isEmpty)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var hosts: [HostView]
        var policies: [Policy] = [PlannerTests.onlyA()]
        var modes: Set<PolicyMode> = [.propose, .enforce]
        var after: TimeInterval = 0
    }

    private static func inside(_ change: (inout GuestReport) -> Void) -> [GuestReport] {
        [Sample.guest("c", uuid: 4, change)]
    }

    static let refusals: [Refusal] = [
        Refusal(testDescription: "transient", hosts: fleet { $0.persistent = .known(false) }),
        Refusal(testDescription: "not-steady", hosts: fleet { $0.state = .paused }),
        Refusal(testDescription: "not-steady", hosts: fleet { $0.state = .suspended }),
        Refusal(testDescription: "not-steady", hosts: fleet { $0.state = .crashed }),
        Refusal(
            testDescription: "owned",
            hosts: fleet { $0.owner = .known(GuestOwner(manager: .openstack, evidence: "nova metadata")) }),
        Refusal(
            testDescription: "owned", hosts: fleet { $0.owner = .known(GuestOwner(manager: .unknown, evidence: "?")) },
            policies: [onlyA(DisruptionRules(consent: CorrectionConsent(owners: [.unknown])))]),
        Refusal(testDescription: "saved-state", hosts: fleet { $0.savedState = .known(true) }),
        Refusal(testDescription: "saved-state", hosts: fleet { $0.state = .saved }),
        Refusal(testDescription: "on-poweroff", hosts: fleet { $0.onPowerOff = .known("restart") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.persistent = .unknown("?") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.owner = .unknown("?") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.savedState = .unknown("?") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.onPowerOff = .unknown("?") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.definitionDigest = .unknown("?") }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.state = .unknown }),
        Refusal(testDescription: "unknown-fact", hosts: fleet { $0.exposure.configured = .unknown("?") }),
        Refusal(
            testDescription: "restart-not-allowed", hosts: fleet(), policies: [onlyA(DisruptionRules(restart: false))]),
        Refusal(testDescription: "drain-not-allowed", hosts: fleet(), policies: [onlyA(DisruptionRules(drain: false))]),
        Refusal(testDescription: "inside-unread", hosts: fleet(innerState: .silent)),
        Refusal(
            testDescription: "inside-unread",
            hosts: fleet(hosts: { $0[1].report?.guests = .unknown("libvirt does not answer") })),
        Refusal(testDescription: "below-not-stoppable", hosts: fleet(inside: inside { $0.state = .paused })),
        Refusal(testDescription: "below-not-stoppable", hosts: fleet(inside: inside { $0.persistent = .known(false) })),
        Refusal(
            testDescription: "below-not-stoppable", hosts: fleet(inside: inside { $0.onPowerOff = .known("restart") })),
        Refusal(
            testDescription: "guest-elsewhere",
            hosts: fleet(inside: inside { _ in }) + [
                Sample.host("s", uuid: 3, guests: [Sample.guest("c", uuid: 4, state: .off)])
            ]),
        Refusal(
            testDescription: "guest-elsewhere",
            hosts: fleet() + [Sample.host("s", uuid: 3, guests: [Sample.guest("a", uuid: 2, state: .off)])]),
        Refusal(
            testDescription: "identity-conflict",
            hosts: fleet() + [Sample.host("s", uuid: 3, guests: [Sample.guest("a", uuid: 2)])]),
        Refusal(
            testDescription: "identity-conflict",
            hosts: fleet(hosts: { $0[1].report?.host.smbiosUUID = .known(Sample.uuid(77)) })),
        Refusal(testDescription: "report-too-old", hosts: fleet(), after: 901),
        Refusal(
            testDescription: "report-too-old",
            hosts: fleet(hosts: { $0[1].health.reportedAt = Sample.now.addingTimeInterval(-901) })),
        Refusal(
            testDescription: "audit-only", hosts: fleet(),
            policies: [Sample.policy("p", PolicySelector(paths: ["r/a"]), mode: .audit, hide)]),
        Refusal(testDescription: "audit-only", hosts: fleet(), modes: [.enforce]),
        Refusal(
            testDescription: "policy-conflict", hosts: fleet(),
            policies: [onlyA(), Sample.policy("q", PolicySelector(paths: ["r/a"]), DesiredSettings(exposure: true))]),
        Refusal(
            testDescription: "not-correctable", hosts: fleet { $0.savedState = .known(true) },
            policies: [onlyA(DisruptionRules(), DesiredSettings(savedState: false))]),
    ]

    @Test("What may not be touched is refused with its code", arguments: refusals)
    func refusal(_ item: Refusal) {
        let plan = Self.plan(item.hosts, item.policies, modes: item.modes, after: item.after)
        let code = item.testDescription
        #expect(!plan.items.contains { $0.path == Sample.path("r/a") })
        #expect(plan.blocked.contains { $0.path == Sample.path("r/a") && $0.code == code })
        #expect(plan.blocked.allSatisfy { !$0.sentence.isEmpty })
    }

    @Test("What the policy consents to is not refused")
    func consent() {
        let rules = DisruptionRules(consent: CorrectionConsent(dropSavedState: true, owners: [.openstack]))
        let hosts = Self.fleet {
            $0.savedState = .known(true)
            $0.owner = .known(GuestOwner(manager: .openstack, evidence: "nova metadata"))
        }
        let plan = Self.plan(hosts, [Self.onlyA(rules)])
        #expect(plan.items.first?.steps.contains("drop the saved state of r/a") == true)
    }

    @Test("A stale finding, one of a guest that is gone and one of a policy that is gone are refused")
    func outdated() {
        let policies = [Self.onlyA()]
        let joined = NestingTree.join(Self.fleet())
        var finding = PolicyEngine(policies).evaluate(joined, now: Sample.now)[0]
        func code(_ tree: NestingTree, _ finding: Finding, _ policies: [Policy]) -> [String] {
            Planner.plan(tree, findings: [finding], policies: policies, now: Sample.now).blocked.map(\.code)
        }
        #expect(code(joined.tree, finding, []) == ["policy-gone"])
        let gone = NestingTree.join([Sample.host("r", uuid: 1)]).tree
        #expect(code(gone, finding, policies) == ["guest-gone"])
        let unread = NestingTree.join([Sample.host("r", uuid: 1, state: .silent)]).tree
        #expect(code(unread, finding, policies) == ["host-unread"])
        finding.state = .stale
        #expect(code(joined.tree, finding, policies) == ["host-unread"])
        finding.state = .resolved
        #expect(code(joined.tree, finding, policies) == [])
    }

    @Test("A guest that moved is not touched at its new place either")
    func moved() {
        let hosts = [
            Sample.host("r", uuid: 1), Sample.host("r/a", uuid: 2, state: .unreachable),
            Sample.host("s", uuid: 3, guests: [Sample.guest("a", uuid: 2)]),
        ]
        let plan = Self.plan(hosts, [Sample.policy("p", PolicySelector(paths: ["s/*"]), Self.hide)])
        #expect(plan.items.isEmpty)
        #expect(plan.blocked.first { $0.path == Sample.path("s/a") }?.code == "identity-conflict")
    }
}
