import FleetDocuments
import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing
import YAMLDocument

@Suite struct PolicyDocumentTests {
    private func read(_ text: String, name: String = "p.yaml", roots: Set<String>? = nil) throws -> [Policy] {
        try PolicyDocument.read([DocumentText(name: name, text: text)], roots: roots).policies
    }

    private func faults(_ files: [DocumentText], beside: [Policy] = [], roots: Set<String>? = nil) -> [String] {
        do {
            _ = try PolicyDocument.read(files, beside: beside, roots: roots)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    private func faults(_ text: String, roots: Set<String>? = nil) -> [String] {
        faults([DocumentText(name: "p.yaml", text: text)], roots: roots)
    }

    private static let full = """
        policies:
          - name: builders-nest
            priority: 100
            select: {paths: ["rack7/build-*"], hosts: ["rack*/**"], labels: {site: lab}, levels: [1], guests: ["build-*"], uuids: [6B3F2C1E-0d7a-4c55-9d9e-2f1a8b7c6d5e]}
            desire: {exposure: exposed, startup-memory: 4GiB, dynamic-memory: false, maximum-vcpus: 2, mac-spoofing: allowed, saved-state: none, snapshots: none, autostart: on, host-nesting: on}
            mode: enforce
            severity: high
            disruption: {restart: forbidden, drain: forbidden, shutdown-deadline: 3m, report-age: 90s, drop-saved-state: true, cut-power: true, correct-owned: [openstack]}
        """

    @Test("Every field of a policy is read, and where it stands")
    func fields() throws {
        let policy = Policy(
            name: "builders-nest", priority: 100,
            selector: PolicySelector(
                paths: ["rack7/build-*"], hosts: ["rack*/**"], labels: ["site": "lab"], levels: [1],
                guests: ["build-*"], uuids: ["6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e"]),
            desired: DesiredSettings(
                exposure: true, startupMemory: 4 << 30, dynamicMemory: false, maximumVCPUs: 2, macSpoofing: true,
                savedState: false, snapshots: false, autostart: true, hostNesting: true),
            mode: .enforce,
            disruption: DisruptionRules(
                restart: false, drain: false, shutdownSeconds: 180, reportAgeSeconds: 90,
                consent: CorrectionConsent(dropSavedState: true, cutPower: true, owners: [.openstack])),
            severity: .high, place: "p.yaml:2")
        #expect(try read(Self.full) == [policy])
    }

    private static let rich = """
        policies:
          - name: rich
            select:
              labels: {site: lab, tier: {in: [build, test], exists: true}, gpu: {exists: false}, zone: {not-in: [a]}}
              platforms: [linux, windows-x86_64]
              not: [{guests: [x-*], levels: [2]}, {labels: {tier: prod}, not: {uuids: [6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e]}}]
            desire: {exposure: hidden}
            mode: {corrective: enforce, intended: propose}
            modes:
              - {select: {not: {levels: [1]}}, mode: audit, reason: only guests of L0}
              - {select: {guests: [a]}, mode: {corrective: propose, intended: audit}, reason: a is shy}
            from: 2027-01-01T00:00 Europe/Berlin
            grace: 14d
        """

    @Test("Label expressions, platforms, negation, modes and dates are read")
    func richFields() throws {
        let policy = try read(Self.rich)[0]
        #expect(policy.selector.labels == ["site": "lab"])
        #expect(
            policy.selector.labelRules == [
                LabelRule("gpu", .isMissing),
                LabelRule("tier", .isOneOf, ["build", "test"]), LabelRule("tier", .exists),
                LabelRule("zone", .isNoneOf, ["a"]),
            ])
        #expect(policy.selector.platforms == [PlatformWord("linux"), PlatformWord("windows-x86_64")])
        #expect(
            policy.selector.not == [
                PolicySelector(levels: [2], guests: ["x-*"]),
                PolicySelector(
                    labels: ["tier": "prod"],
                    not: [PolicySelector(uuids: ["6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e"])]),
            ])
        #expect((policy.mode, policy.intendedMode) == (.enforce, .propose))
        #expect(
            policy.modes == [
                ModeRule(
                    PolicySelector(not: [PolicySelector(levels: [1])]), mode: .audit, reason: "only guests of L0",
                    place: "p.yaml:10"),
                ModeRule(
                    PolicySelector(guests: ["a"]), mode: .propose, intendedMode: .audit, reason: "a is shy",
                    place: "p.yaml:11"),
            ])
        #expect(policy.from?.date.timeIntervalSince1970 == 1_798_758_000)
        #expect(policy.graceSeconds == 14 * 86_400)
    }

    @Test("What is not written is careful: audit, medium, nothing consented")
    func defaults() throws {
        let policy = try read("policies: [{name: p, select: {all: true}, desire: {exposure: hidden}}]")[0]
        #expect((policy.mode, policy.severity, policy.priority) == (.audit, .medium, 0))
        #expect(policy.disruption == DisruptionRules())
    }

    @Test(
        "What is written is read back",
        arguments: [full, rich, "policies: [{name: p, select: {all: true}, desire: {host-nesting: off}}]"])
    func roundTrip(text: String) throws {
        let policies = try read(text).map(\.withoutPlace)
        #expect(try read(PolicyDocument.write(PolicyBook(policies: policies))).map(\.withoutPlace) == policies)
    }

    private static let rest = "desire: {exposure: hidden}"

    @Test(
        "A selector or a wish that says nothing, or nothing that can be understood, is refused",
        arguments: [
            ("select: {}, \(rest)", "select selects nothing"),
            ("select: {all: false}, \(rest)", "select selects nothing"),
            ("select: {all: true, levels: [1]}, \(rest)", "stands beside other conditions"),
            ("select: {paths: []}, \(rest)", "is an empty list"),
            ("select: {paths: ['']}, \(rest)", "is blank"),
            ("select: {paths: ['a//b']}, \(rest)", "a//b"),
            ("select: {paths: ['a**']}, \(rest)", "with ** as a whole name"),
            ("select: {levels: [-1]}, \(rest)", "from 0 to 64"),
            ("select: {uuids: [12345]}, \(rest)", "a uuid"),
            ("select: {labels: {site: }}, \(rest)", "is blank"),
            ("select: {path: [a]}, \(rest)", "did you mean"),
            ("select: {all: true}, desire: {}", "asks for nothing"),
            ("select: {all: true}, desire: {exposure: true}", "exposed or hidden"),
            ("select: {all: true}, desire: {startup-memory: 4096}", "4GiB"),
            ("select: {all: true}, desire: {saved-state: present}", "none"),
            ("select: {all: true}, desire: {maximum-vcpus: 0}", "from 1"),
            ("select: {all: true}, desire: {exposur: hidden}", "did you mean"),
            ("select: {all: true}, \(rest), mode: enforc", "did you mean"),
            ("select: {all: true}, \(rest), mode: unknown", "audit, propose or enforce"),
            ("select: {all: true}, \(rest), severity: ", "is blank"),
            ("select: {all: true}, \(rest), disruption: {shutdown-deadline: 120}", "with its unit"),
            ("select: {all: true}, \(rest), disruption: {restart: yes}", "allowed or forbidden"),
            ("select: {all: true}, \(rest), disruption: {correct-owned: [unknown]}", "openstack"),
            ("select: {labels: {}}, \(rest)", "names no label"),
            ("select: {labels: {tier: {}}}, \(rest)", "asks nothing"),
            ("select: {labels: {tier: {on: [a]}}}, \(rest)", "did you mean in?"),
            ("select: {labels: {tier: {in: []}}}, \(rest)", "is an empty list"),
            ("select: {labels: {tier: {exists: yes}}}, \(rest)", "true or false"),
            ("select: {labels: {tier: [a]}}, \(rest)", "is a list"),
            ("select: {platforms: [Linux]}, \(rest)", "a platform, as linux"),
            ("select: {not: {}}, \(rest)", "leaves nothing out"),
            ("select: {not: []}, \(rest)", "is an empty list"),
            ("select: {not: {all: true}}, \(rest)", "not known here"),
            ("select: {not: {not: {not: {not: {not: {levels: [1]}}}}}}, \(rest)", "stands 5 deep"),
            ("select: {all: true, not: {levels: [1]}}, \(rest)", "stands beside other conditions"),
            ("select: {all: true}, \(rest), mode: {corrective: enforce}", "intended is missing"),
            ("select: {all: true}, \(rest), mode: {corrective: enforce, intended: ask}", "audit, propose or enforce"),
            ("select: {all: true}, \(rest), modes: []", "is an empty list"),
            ("select: {all: true}, \(rest), modes: [{select: {levels: [1]}, mode: audit}]", "reason is missing"),
            ("select: {all: true}, \(rest), modes: [{select: {}, mode: audit, reason: r}]", "select selects nothing"),
            ("select: {all: true}, \(rest), from: 2027-01-01T00:00", "which has no zone"),
            (
                "select: {all: true}, \(rest), from: 2027-01-01T00:00 Mars/Olympus",
                "\"Mars/Olympus\", which does not exist"
            ),
            ("select: {all: true}, desire: {startup-memory: 1.5GiB}", "a whole number with its unit"),
            ("select: {all: true}, \(rest), grace: 14d", "stands without from"),
            ("select: {all: true}, \(rest), from: 2027-01-01T00:00Z, grace: 14", "with its unit"),
            ("select: {all: true}", "desire is missing"), (rest, "select is missing"),
        ])
    func refused(fields: String, part: String) {
        let found = faults("policies:\n  - {name: p, \(fields)}\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("p.yaml:2:") == true)
        #expect(found.first?.contains(part) == true)
    }

    @Test("Every fault of every file is told at once, with its place")
    func allAtOnce() {
        let found = faults([
            DocumentText(
                name: "a.yaml", text: "policies:\n  - name: one\n    select: {}\n    desire: {exposure: maybe}\n"),
            DocumentText(name: "b.yaml", text: "policies: [\n"), DocumentText(name: "c.yaml", text: "policy: []\n"),
            DocumentText(name: "d.yaml", text: ""),
        ])
        let places = found.map { $0.prefix(6) }
        #expect(Set(places) == ["a.yaml", "b.yaml", "c.yaml", "d.yaml"])
        #expect(found.filter { $0.hasPrefix("a.yaml:3") || $0.hasPrefix("a.yaml:4") }.count == 2)
    }

    private static func policy(_ name: String, _ exposure: String, _ more: String = "") -> String {
        "policies:\n  - {name: \(name), select: {paths: [r1/*]}, desire: {exposure: \(exposure)}\(more)}\n"
    }

    @Test("A name is used once in all files")
    func duplicates() {
        let found = faults([
            DocumentText(name: "a.yaml", text: Self.policy("one", "hidden")),
            DocumentText(name: "b.yaml", text: Self.policy("one", "hidden")),
        ])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("b.yaml:2:12: policies[0].name \"one\" is taken at a.yaml:2:12") == true)
    }

    @Test("Two policies in conflict are refused, naming both, also with one that is stored already")
    func conflict() throws {
        let two = DocumentText(name: "b.yaml", text: Self.policy("two", "exposed"))
        let found = faults([DocumentText(name: "a.yaml", text: Self.policy("one", "hidden")), two])
        #expect(found.count == 1)
        #expect(found.first?.contains("policies 'one' (a.yaml:2) and 'two' select the same") == true)
        let stored = try read(Self.policy("one", "hidden"))
        #expect(faults([two], beside: stored).first?.hasPrefix("b.yaml:2:") == true)
        #expect(faults([DocumentText(name: "c.yaml", text: Self.policy("one", "exposed"))], beside: stored).isEmpty)
        #expect(
            faults([DocumentText(name: "c.yaml", text: Self.policy("two", "exposed", ", priority: 1"))], beside: stored)
                .isEmpty)
    }

    @Test("A path of a host that is not enrolled is refused where hosts are known")
    func unknownHost() {
        #expect(faults(Self.policy("one", "hidden"), roots: ["r1"]).isEmpty)
        #expect(faults(Self.policy("one", "hidden")).isEmpty)
        let found = faults(Self.policy("one", "hidden"), roots: ["r2"])
        #expect(found.count == 1)
        #expect(found.first?.contains("no enrolled host is named 'r1'") == true)
        #expect(found.first?.hasPrefix("p.yaml:2:34: ") == true, "\(found)")
    }

    @Test("Each path of a host that is not enrolled is told where it stands: selected, left out, or with another mode")
    func placesOfUnknownHosts() {
        let text = """
            policies:
              - name: p
                select:
                  paths: [r1/*, r8/*]
                  not: [{levels: [0]}, {paths: [r9/a]}]
                desire: {exposure: hidden}
                modes:
                  - select: {paths: [r1/b, r9/a]}
                    mode: audit
                    reason: r
            """
        #expect(
            faults(text, roots: ["r1"]).map { $0.prefix { $0 != " " } } == [
                "p.yaml:4:21:", "p.yaml:5:37:", "p.yaml:8:32:",
            ])
    }

    @Test("A guest is selected by its own name, slashes and all")
    func slashes() throws {
        let text = "policies: [{name: p, select: {guests: [a/b, \"c%2Fd\"]}, desire: {exposure: hidden}}]\n"
        let selector = try #require(try read(text).first?.selector)
        let path = try #require(NodePath("r")?.guest(named: "a/b"))
        #expect(selector.selects(path, guestName: "a/b", uuid: nil, near: nil))
        #expect(!selector.selects(path, guestName: "a", uuid: nil, near: nil))
    }

    @Test("Comments above a written file stay comments, whatever they say")
    func comments() throws {
        let book = PolicyBook(policies: try read(Self.policy("one", "hidden")))
        let hostile = ["a\npolicies: []", "b\u{2028}policies: []", "c\u{85}x: 1", "d\u{FFFF}\u{1}", "\u{FEFF}# e", ""]
        let text = PolicyDocument.write(book, below: hostile)
        #expect(text.hasPrefix("# a\\npolicies: []\n# b\\u{2028}"))
        #expect(try read(text).map(\.withoutPlace) == book.policies.map(\.withoutPlace))
    }
}
