import NestingModel
import NestingPolicy
import Testing

/// Hosts, label expressions, platforms and negation.
@Suite struct SelectorTests {
    private static let hosts = [
        Sample.host("r", uuid: 1, labels: ["site": "lab", "gpu": "a100"], guests: [Sample.guest("a", uuid: 2)]),
        Sample.host("s", uuid: 3, labels: ["site": "hq"], guests: [Sample.guest("a", uuid: 4)]) {
            $0.agent.platform = "windows-x86_64"
        },
        Sample.host("t", uuid: 5, guests: [Sample.guest("a", uuid: 6), Sample.guest("b", uuid: 7)]),
    ]

    private func met(_ selector: PolicySelector) -> [String] {
        PolicyEngine([Sample.policy("p", selector, DesiredSettings(exposure: false))])
            .evaluate(NestingTree.join(Self.hosts), now: Sample.now).filter { $0.kind == .drift }
            .map(\.path.description).sorted()
    }

    @Test(
        "A label's rule holds as its word says",
        arguments: [
            (LabelRule("site", .isOneOf, ["lab", "x"]), ["r/a"]),
            (LabelRule("site", .isOneOf, ["x"]), []),
            // A host without the label meets it, too.
            (LabelRule("site", .isNoneOf, ["lab"]), ["s/a", "t/a", "t/b"]),
            (LabelRule("gpu", .exists), ["r/a"]),
            (LabelRule("gpu", .isMissing), ["s/a", "t/a", "t/b"]),
            (LabelRule("gpu", .unknown), []),
        ])
    func rules(rule: LabelRule, expected: [String]) {
        #expect(met(PolicySelector(labelRules: [rule])) == expected)
    }

    @Test("A host is that of its path, with the guests that are defined on it and nothing inside those")
    func hosts() {
        let inner = Sample.host("t/a", uuid: 6, guests: [Sample.guest("in", uuid: 8)])
        let tree = NestingTree.join(Self.hosts + [inner]).tree
        func selected(_ selector: PolicySelector) -> [String] {
            tree.paths(selectedBy: selector).map(\.description).sorted()
        }
        #expect(selected(PolicySelector(hosts: ["t"])) == ["t", "t/a", "t/b"])
        #expect(selected(PolicySelector(hosts: ["*/*"])) == ["t/a", "t/a/in"])
        #expect(selected(PolicySelector(hosts: ["r", "t/**"])) == ["r", "r/a", "t", "t/a", "t/a/in", "t/b"])
        #expect(selected(PolicySelector(paths: ["t/**"], hosts: ["t/a"], levels: [2])) == ["t/a/in"])
        #expect(
            selected(PolicySelector(labels: ["site": "lab"], not: [PolicySelector(hosts: ["r"], levels: [0])]))
                == ["r/a"])
        #expect(met(PolicySelector(hosts: ["t"])) == ["t/a", "t/b"])
    }

    @Test(
        "A platform is the whole word or its first part, never a part of that",
        arguments: [
            ("linux", ["r/a", "t/a", "t/b"]), ("linux-x86_64", ["r/a", "t/a", "t/b"]), ("windows", ["s/a"]),
            ("lin", []), ("linux-x86", []),
        ])
    func platforms(word: String, expected: [String]) {
        #expect(met(PolicySelector(platforms: [PlatformWord(word)])) == expected)
    }

    @Test("Where the platform is unknown, a selector that asks for one meets nothing, also by leaving one out")
    func unknownPlatform() {
        var silent = Self.hosts[0]
        silent.host.path = Sample.path("r/a")
        silent.host.uuid = Sample.uuid(2)
        silent.report = nil
        silent.health.state = .never
        let tree = NestingTree.join(Self.hosts + [silent])
        for selector in [
            PolicySelector(platforms: [PlatformWord("linux")]),
            PolicySelector(not: [PolicySelector(platforms: [PlatformWord("windows")])]),
        ] {
            let found = PolicyEngine([Sample.policy("p", selector, DesiredSettings(exposure: false))]).evaluate(
                tree, now: Sample.now)
            #expect(found.filter { $0.kind == .drift }.map(\.path.description).sorted() == ["t/a", "t/b"])
        }
    }

    @Test(
        "What is left out meets all conditions of any one exclusion",
        arguments: [
            (PolicySelector(not: [PolicySelector(paths: ["r/**"])]), ["s/a", "t/a", "t/b"]),
            (PolicySelector(not: [PolicySelector(paths: ["t/**"], guests: ["b"])]), ["r/a", "s/a", "t/a"]),
            (
                PolicySelector(not: [PolicySelector(guests: ["b"]), PolicySelector(labels: ["site": "hq"])]),
                ["r/a", "t/a"]
            ),
            (PolicySelector(guests: ["a"], not: [PolicySelector(labelRules: [LabelRule("site", .exists)])]), ["t/a"]),
            // Not (b, but for those in t): every b outside of t is left out.
            (
                PolicySelector(not: [PolicySelector(guests: ["a"], not: [PolicySelector(paths: ["t/*"])])]),
                ["t/a", "t/b"]
            ),
            (PolicySelector(not: [PolicySelector(levels: [0, 1])]), []),
            (
                PolicySelector(
                    uuids: [Sample.uuid(2), Sample.uuid(7)], not: [PolicySelector(uuids: [Sample.uuid(2)])]), ["t/b"]
            ),
            (PolicySelector(guests: ["b"], not: [PolicySelector()]), ["t/b"]),
        ])
    func exclusions(selector: PolicySelector, expected: [String]) {
        #expect(met(selector) == expected)
    }

    @Test("A mistyped host is refused where it would leave nothing out, or set no mode, or exempt nothing")
    func unknownHosts() {
        let typo = PolicySelector(paths: ["rakc7/**"])
        let exemption = Exemption(
            name: "e", selector: typo, settings: [.exposure], owner: "o", reason: "r", expires: Moment(Sample.now, ""))
        var moded = Sample.policy("m", DesiredSettings(exposure: true))
        moded.modes = [ModeRule(typo, mode: .audit, reason: "r")]
        let book = PolicyBook(
            policies: [
                Sample.policy("n", PolicySelector(guests: ["a"], not: [typo]), DesiredSettings(exposure: true)), moded,
            ], exemptions: [exemption])
        #expect(PolicyFault.unknownHosts(in: book, roots: ["rack7"]).map(\.policies) == [["n"], ["m"], ["e"]])
    }

    @Test("Selectors that say the same in another order contradict each other, whatever they ask for")
    func contradictions() {
        let one = PolicySelector(
            labelRules: [LabelRule("a", .isOneOf, ["1", "2"]), LabelRule("b", .exists)],
            platforms: [PlatformWord("linux"), PlatformWord("windows")],
            not: [PolicySelector(labels: ["x": "1", "y": "2"]), PolicySelector(guests: ["g"])])
        let two = PolicySelector(
            labelRules: [LabelRule("b", .exists), LabelRule("a", .isOneOf, ["2", "1"])],
            platforms: [PlatformWord("windows"), PlatformWord("linux")],
            not: [PolicySelector(guests: ["g"]), PolicySelector(labels: ["y": "2", "x": "1"])])
        let faults = PolicyFault.conflicts(in: [
            Sample.policy("one", one, DesiredSettings(exposure: true)),
            Sample.policy("two", two, DesiredSettings(exposure: false)),
        ])
        #expect(faults.map(\.policies) == [["one", "two"]])
    }
}
