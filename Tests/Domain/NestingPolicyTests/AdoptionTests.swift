import FoundationEssentials
import NestingModel
import Testing

@testable import NestingPolicy

@Suite("A finding that becomes a policy")
struct AdoptionTests {
    private static let terms = ExemptionTerms(
        owner: "o", reason: "r", expires: Moment(Sample.now.addingTimeInterval(86_400), "then"))

    /// The book after a person has applied it.
    private func applied(_ adoption: FindingAdoption, to book: PolicyBook) -> PolicyBook {
        var book = book
        switch adoption.change {
        case .changed(let policy):
            book.policies = book.policies.map { $0.name == policy.name ? policy : $0 }
        case .added(let policy): book.policies.append(policy)
        case .exempted(let exemption): book.exemptions.append(exemption)
        }
        return book
    }

    private func line(_ finding: Finding) -> String {
        "\(finding.id) \(finding.state) \(finding.policy ?? "-") \(finding.mode?.rawValue ?? "-") \(finding.observed)"
    }

    @Test("once applied it closes that finding and changes nothing else, on fleets made by chance")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        var seen: Set<String> = []
        for round in 0..<300 {
            var dice = ReferenceTests.Dice(state: seed &+ UInt64(round))
            let test = RandomCase(&dice)
            let joined = NestingTree.join(test.hosts)
            let before = PolicyEngine(test.book).evaluate(joined, now: test.now)
            for finding in before {
                for terms in [nil, Self.terms] {
                    let comment = Comment(rawValue: "seed \(seed), round \(round), \(finding.id)")
                    let adoption: FindingAdoption
                    do {
                        adoption = try PolicyEngine(test.book).adopt(
                            finding, exempting: terms, in: joined.tree, now: test.now)
                    } catch {
                        #expect(!error.sentence.isEmpty && !error.remedy.isEmpty, comment)
                        // A definition and a running guest that differ, or that can't be told of, are no one value.
                        let live = joined.tree.node(at: finding.path)?.guest?.exposure.live
                        #expect(
                            finding.kind != .drift || finding.state != .open
                                || finding.observed.contains("while it runs") || live?.isUnknown == true, comment)
                        continue
                    }
                    seen.insert(Mirror(reflecting: adoption.change).children.first?.label ?? "")
                    let after = PolicyEngine(applied(adoption, to: test.book)).evaluate(
                        joined, previous: before, now: test.now)
                    #expect(
                        after.first { $0.id == finding.id }?.state == (terms == nil ? .resolved : .exempted), comment)
                    #expect(
                        Set(after.filter { $0.id != finding.id }.map(line))
                            == Set(before.filter { $0.id != finding.id }.map(line)), comment)
                }
            }
        }
        #expect(seen == ["added", "exempted"], "seed \(seed)")
    }

    private func refused(
        _ finding: Finding?, _ book: PolicyBook, _ host: HostView, exempting terms: ExemptionTerms? = nil
    ) throws -> AdoptionRefusal? {
        let finding = try #require(finding)
        return #expect(throws: AdoptionRefusal.self) {
            try PolicyEngine(book).adopt(
                finding, exempting: terms, in: NestingTree.join([host]).tree, now: Sample.now)
        }
    }

    private func findings(_ book: PolicyBook, _ host: HostView) -> [Finding] {
        PolicyEngine(book).evaluate(NestingTree.join([host]), now: Sample.now)
    }

    @Test("changes the deciding policy where that is about this node alone, and it alone")
    func changes() throws {
        let host = Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, exposed: false)])
        let own = Policy(
            name: "own", priority: 3, selector: PolicySelector(paths: ["r/a"]),
            desired: DesiredSettings(exposure: true, maximumVCPUs: 8), mode: .enforce,
            disruption: DisruptionRules(restart: false), severity: .high)
        let open = findings(PolicyBook(policies: [own]), host)
        #expect(open.count == 2)
        let vcpus = try #require(open.first { $0.setting == .maximumVCPUs })
        func adopt(_ policies: [Policy]) throws -> FindingAdoption.Change {
            try PolicyEngine(policies).adopt(vcpus, in: NestingTree.join([host]).tree, now: Sample.now).change
        }
        var expected = own
        expected.desired.maximumVCPUs = 2
        #expect(try adopt([own]) == .changed(expected))
        // Another one of the same priority that says the same would contradict the changed one.
        var twin = own
        (twin.name, twin.selector) = ("twin", PolicySelector(all: true))
        guard case .added(let narrow) = try adopt([own, twin]) else {
            Issue.record("nothing was added")
            return
        }
        #expect(narrow.name == "adopted-r-a-maximum-vcpus")
        #expect((narrow.priority, narrow.mode, narrow.severity) == (4, .enforce, .high))
        #expect(narrow.disruption == own.disruption)
        #expect(narrow.desired == DesiredSettings(maximumVCPUs: 2))
        #expect(narrow.selector == PolicySelector(paths: ["r/a"]))
    }

    @Test("a pattern that is about one node today may be about others tomorrow: it is left as it is")
    func patterns() throws {
        let host = Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, exposed: false)])
        for selector in [PolicySelector(paths: ["r/a*"]), PolicySelector(guests: ["a"]), PolicySelector(levels: [1])] {
            let book = PolicyBook(policies: [Sample.policy("wide", selector, DesiredSettings(exposure: true))])
            let finding = try #require(findings(book, host).first)
            let adoption = try PolicyEngine(book).adopt(finding, in: NestingTree.join([host]).tree, now: Sample.now)
            guard case .added = adoption.change else {
                Issue.record("\(selector) was changed")
                continue
            }
        }
    }

    @Test("names are unused ones, and a policy whose date is to come is told")
    func namesAndDates() throws {
        let host = Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2, exposed: false)])
        var later = Sample.policy("later", priority: 1, DesiredSettings(exposure: true))
        later.from = Moment(Sample.now.addingTimeInterval(86_400), "2027-01-16T08:00Z")
        let book = PolicyBook(policies: [
            Sample.policy("all", DesiredSettings(exposure: true)), later,
            Sample.policy("adopted-r-a-exposure", PolicySelector(paths: ["r/b"]), DesiredSettings(exposure: true)),
        ])
        let finding = try #require(findings(book, host).first)
        let adoption = try PolicyEngine(book).adopt(finding, in: NestingTree.join([host]).tree, now: Sample.now)
        #expect(adoption.notes == ["policy 'later' has the same priority and disagrees from 2027-01-16T08:00Z"])
        guard case .added(let policy) = adoption.change else {
            Issue.record("nothing was added")
            return
        }
        #expect(policy.name == "adopted-r-a-exposure-2")
    }

    @Test("is about every setting that a policy can ask for, a host's own too, and closes it")
    func everySetting() throws {
        let host = Sample.host(
            "r", uuid: 1,
            guests: [
                Sample.guest("a", uuid: 2, exposed: false) {
                    $0.interfaces = .known([Sample.nic("m", spoofing: .known(false))])
                    $0.memory.startup = .known((1 << 30) + 1)
                    $0.autostart = .known(false)
                }
            ])
        let book = PolicyBook(policies: [
            Sample.policy(
                "p",
                DesiredSettings(
                    exposure: true, startupMemory: 8 << 30, dynamicMemory: true, maximumVCPUs: 8, macSpoofing: true,
                    autostart: true, hostNesting: false))
        ])
        let open = findings(book, host)
        #expect(Set(open.compactMap(\.setting)).count == 7)
        for finding in open {
            for terms in [nil, Self.terms] {
                let adoption = try PolicyEngine(book).adopt(
                    finding, exempting: terms, in: NestingTree.join([host]).tree, now: Sample.now)
                let after = PolicyEngine(applied(adoption, to: book)).evaluate(
                    NestingTree.join([host]), previous: open, now: Sample.now)
                #expect(after.filter { $0.state == .open }.map(\.id) == open.map(\.id).filter { $0 != finding.id })
            }
        }
    }

    @Test(
        "a saved state and snapshots can be exempted and not be wanted",
        arguments: [
            (DesiredSettings(savedState: false), DesiredSettings(savedState: true)),
            (DesiredSettings(snapshots: false), DesiredSettings(snapshots: true)),
        ])
    func presence(wanted: DesiredSettings, accepted: DesiredSettings) throws {
        let host = Sample.host(
            "r", uuid: 1,
            guests: [
                Sample.guest("a", uuid: 2, state: .off) {
                    $0.savedState = .known(true)
                    $0.snapshots = .known(1)
                }
            ])
        let book = PolicyBook(policies: [Sample.policy("p", wanted)])
        let finding = findings(book, host).first
        #expect(try refused(finding, book, host)?.remedy.contains("--exempt") == true)
        let adoption = try PolicyEngine(book).adopt(
            try #require(finding), exempting: Self.terms, in: NestingTree.join([host]).tree, now: Sample.now)
        guard case .exempted(let exemption) = adoption.change else {
            Issue.record("nothing was exempted")
            return
        }
        #expect(exemption.accepts == accepted)
    }

    @Test(
        "interfaces that differ, a restart, a conflict, a clone, a stale one and a host's silence are refused, each with its way out"
    )
    func refusals() throws {
        let differing = Sample.host(
            "r", uuid: 1,
            guests: [
                Sample.guest("a", uuid: 2) {
                    $0.interfaces = .known([
                        Sample.nic("m", spoofing: .known(true)), Sample.nic("n", spoofing: .known(false)),
                    ])
                    $0.exposure.live = .known(false)
                }
            ])
        let book = PolicyBook(policies: [Sample.policy("p", DesiredSettings(exposure: true, macSpoofing: true))])
        let open = findings(book, differing)
        let mac = open.first { $0.setting == .macSpoofing }
        #expect(try refused(mac, book, differing)?.sentence.contains("no one value") == true)
        #expect(try refused(mac, book, differing, exempting: Self.terms) != nil)
        let restart = open.first { $0.kind == .restartNeeded }
        #expect(try refused(restart, book, differing)?.remedy.contains("restart a") == true)
        var stale = mac
        stale?.state = .stale
        #expect(try refused(stale, book, differing)?.remedy.contains("nestor host check r") == true)
        let silent = Sample.host("r", uuid: 1, state: .silent, guests: [Sample.guest("a", uuid: 2, exposed: false)])
        let drift = findings(
            PolicyBook(policies: [Sample.policy("p", DesiredSettings(exposure: false))]),
            Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2)])
        ).first
        #expect(try refused(drift, book, silent)?.remedy.contains("--refresh") == true)
        let two = PolicyBook(policies: [
            Sample.policy("p", DesiredSettings(exposure: true)),
            Sample.policy("q", PolicySelector(levels: [1]), DesiredSettings(exposure: false)),
        ])
        let conflict = findings(two, differing).first { $0.kind == .policyConflict }
        #expect(try refused(conflict, two, differing)?.remedy.contains("another priority") == true)
        for kind in [FindingKind.clone, .guestMoved, .falseClaim] {
            let identity = Finding(
                kind: kind, path: Sample.path("r/a"), severity: .high, sentence: "s", remedy: "give it its own",
                firstSeen: Sample.now, lastSeen: Sample.now)
            #expect(try refused(identity, book, differing)?.remedy == "give it its own")
        }
    }

    @Test("a name that is a pattern is known by its uuid, and refused where another guest has that, too")
    func clones() throws {
        let book = PolicyBook(policies: [Sample.policy("p", DesiredSettings(exposure: true))])
        let alone = Sample.host("r", uuid: 1, guests: [Sample.guest("a*", uuid: 2, exposed: false)])
        let finding = try #require(findings(book, alone).first)
        let adoption = try PolicyEngine(book).adopt(finding, in: NestingTree.join([alone]).tree, now: Sample.now)
        guard case .added(let policy) = adoption.change else {
            Issue.record("nothing was added")
            return
        }
        #expect(policy.selector == PolicySelector(uuids: [Sample.uuid(2)]))
        let twice = Sample.host(
            "r", uuid: 1,
            guests: [Sample.guest("a*", uuid: 2, exposed: false), Sample.guest("b", uuid: 2, exposed: false)])
        #expect(try refused(finding, book, twice)?.sentence.contains("'r/b' has its uuid") == true)
    }
}
