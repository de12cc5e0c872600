import NestingModel
import NestingPolicy
import Testing

@Suite struct ResolutionTests {
    private static let hosts = [
        Sample.host(
            "r", uuid: 1, labels: ["site": "lab"],
            guests: [Sample.guest("a", uuid: 2), Sample.guest("b", uuid: 3, state: .off)]),
        Sample.host("r/a", uuid: 2, labels: ["tier": "l1"], guests: [Sample.guest("c", uuid: 4)]),
        Sample.host("s", uuid: 5, guests: [Sample.guest("a", uuid: 6)]),
    ]

    /// Every sample guest exposes, so that "hidden" is drift exactly where a policy decides.
    private func drifted(_ policies: [Policy]) -> [String] {
        PolicyEngine(policies).evaluate(NestingTree.join(Self.hosts), now: Sample.now)
            .filter { $0.kind == .drift }.map(\.path.description)
    }

    @Test(
        "A selector matches where every condition that it states holds",
        arguments: [
            (PolicySelector(all: true), ["r/a", "r/a/c", "r/b", "s/a"]),
            (PolicySelector(), []),
            (PolicySelector(paths: ["r/*"]), ["r/a", "r/b"]),
            (PolicySelector(paths: ["r/**"]), ["r/a", "r/a/c", "r/b"]),
            (PolicySelector(paths: ["**/a", "r/b"]), ["r/a", "r/b", "s/a"]),
            (PolicySelector(labels: ["site": "lab"]), ["r/b"]),
            (PolicySelector(labels: ["tier": "l1"]), ["r/a", "r/a/c"]),
            (PolicySelector(labels: ["tier": "l1"], levels: [2]), ["r/a/c"]),
            (PolicySelector(levels: [1]), ["r/a", "r/b", "s/a"]),
            (PolicySelector(levels: [0]), []),
            (PolicySelector(guests: ["a", "c*"]), ["r/a", "r/a/c", "s/a"]),
            (PolicySelector(paths: ["s/**"], guests: ["b"]), []),
            (PolicySelector(uuids: [Sample.uuid(3), Sample.uuid(6).uppercased()]), ["r/b", "s/a"]),
            (PolicySelector(labels: ["site": "lab"], uuids: [Sample.uuid(3), Sample.uuid(6)]), ["r/b"]),
        ])
    func selectors(selector: PolicySelector, paths: [String]) {
        #expect(drifted([Sample.policy("p", selector, DesiredSettings(exposure: false))]) == paths)
    }

    @Test("The higher priority decides, setting by setting")
    func priority() {
        let findings = PolicyEngine([
            Sample.policy("low", priority: 1, DesiredSettings(exposure: true, maximumVCPUs: 8)),
            Sample.policy("high", priority: 2, PolicySelector(paths: ["r/a"]), DesiredSettings(exposure: false)),
        ]).evaluate(NestingTree.join(Self.hosts), now: Sample.now)
        #expect(findings.filter { $0.setting == .exposure && $0.kind == .drift }.map(\.policy) == ["high"])
        #expect(findings.filter { $0.setting == .maximumVCPUs }.count == 4)
    }

    @Test("Two that disagree at the same priority decide nothing, and both are named")
    func conflict() {
        let findings = PolicyEngine([
            Sample.policy("one", PolicySelector(paths: ["r/*"]), place: "a.yaml:3", DesiredSettings(exposure: false)),
            Sample.policy("two", PolicySelector(guests: ["a"]), DesiredSettings(exposure: true)),
        ]).evaluate(NestingTree.join(Self.hosts), now: Sample.now)
        let conflicts = findings.filter { $0.kind == .policyConflict }
        #expect(conflicts.map(\.path.description) == ["r/a"])
        #expect(conflicts[0].sentence.contains("'one' (a.yaml:3) wants hidden, 'two' wants exposed"))
        #expect(findings.filter { $0.kind == .drift }.map(\.path.description) == ["r/b"])
    }

    @Test("A conflict below the deciding priority is none, and so is agreement")
    func noConflict() {
        let policies = [
            Sample.policy("top", priority: 9, DesiredSettings(exposure: true)),
            Sample.policy("one", DesiredSettings(exposure: false)),
            Sample.policy("two", DesiredSettings(exposure: true)),
            Sample.policy("vcpus", DesiredSettings(maximumVCPUs: 2)),
            Sample.policy("vcpus-too", DesiredSettings(maximumVCPUs: 2)),
        ]
        #expect(PolicyEngine(policies).evaluate(NestingTree.join(Self.hosts), now: Sample.now).isEmpty)
    }

    @Test("Of two that agree the least powerful mode holds")
    func cautious() {
        let findings = PolicyEngine([
            Sample.policy("a", mode: .enforce, DesiredSettings(exposure: false)),
            Sample.policy("b", mode: .audit, DesiredSettings(exposure: false)),
        ]).evaluate(NestingTree.join(Self.hosts), now: Sample.now)
        #expect(Set(findings.compactMap(\.mode)) == [.audit])
    }

    @Test("A policy that matches nothing is named")
    func matchingNothing() {
        let book = PolicyBook(policies: [
            Sample.policy("hits", PolicySelector(uuids: [Sample.uuid(4)]), DesiredSettings(exposure: true)),
            Sample.policy("misses", PolicySelector(guests: ["x-*"]), DesiredSettings(exposure: true)),
        ])
        let reach = DraftReach(from: book, to: book, written: book, in: NestingTree.join(Self.hosts).tree)
        #expect(reach.idlePolicies == ["misses"])
        #expect(reach.trees == [], "nothing changes")
    }

    @Test("Policies of one selector and priority that disagree are refused, whatever the order of their conditions")
    func refused() {
        let policies = [
            Sample.policy("one", PolicySelector(paths: ["a", "b"]), DesiredSettings(exposure: false, maximumVCPUs: 2)),
            Sample.policy("two", PolicySelector(paths: ["b", "a"]), DesiredSettings(exposure: true, maximumVCPUs: 2)),
            Sample.policy("three", priority: 1, PolicySelector(paths: ["a", "b"]), DesiredSettings(exposure: true)),
        ]
        let faults = PolicyFault.conflicts(in: policies)
        #expect(faults.map(\.policies) == [["one", "two"]])
        #expect(faults.map(\.code) == [.conflict])
    }

    @Test(
        "A path that starts with no enrolled host's name is refused",
        arguments: [("rack7/x", false), ("rack9/x", true), ("**/x", false), ("rack*/x", false)])
    func unknownHost(path: String, isFault: Bool) {
        let policy = Sample.policy("p", PolicySelector(paths: [path]), DesiredSettings(exposure: true))
        #expect(PolicyFault.unknownHosts(in: PolicyBook(policies: [policy]), roots: ["rack7"]).isEmpty != isFault)
    }

    @Test("A delta tells added, changed and removed, and the place makes no difference")
    func delta() {
        let wanted = DesiredSettings(exposure: true)
        let delta = PolicyDelta(
            from: [Sample.policy("same", wanted), Sample.policy("changed", wanted), Sample.policy("gone", wanted)],
            to: [
                Sample.policy("same", place: "x.yaml:9", wanted), Sample.policy("changed", mode: .audit, wanted),
                Sample.policy("new", wanted),
            ])
        #expect((delta.added, delta.changed, delta.removed) == (["new"], ["changed"], ["gone"]))
        #expect(delta.touched == ["new", "changed"])
    }
}
