import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// Resolution, conflicts, exemptions, modes, dates and grace on fleets made by chance, against the naive engine.
@Suite struct PolicyPropertyTests {
    private func expected(_ test: RandomCase) -> Set<String> {
        NaiveEngine(tree: NestingTree.join(test.hosts).tree, book: test.book, isNew: test.isNew, now: test.now).findings
    }

    private func found(_ test: RandomCase) -> Set<String> {
        let earlier = EarlierJudgements(all: test.isNew ? EarlierJudgement([], at: test.now) : nil)
        let findings = PolicyEngine(test.book).evaluate(
            NestingTree.join(test.hosts), earlier: earlier, now: test.now)
        return Set(
            findings.filter { $0.policy != nil }.map { finding in
                let exemption = finding.exemption.map { $0.lapse == nil ? $0.name : "lapsed" } ?? "-"
                let setting = finding.setting?.rawValue ?? ""
                return "\(finding.path) \(setting) \(finding.kind) \(finding.policy ?? "") "
                    + "\(finding.mode?.rawValue ?? "-") \(finding.state) \(exemption)"
            })
    }

    /// The smallest case that still fails, as far as leaving parts out gets.
    private func shrunk(_ test: RandomCase) -> RandomCase {
        guard let smaller = test.smaller.first(where: { found($0) != expected($0) }) else { return test }
        return shrunk(smaller)
    }

    @Test("The engine finds what the naive engine finds, with the same policy, mode, state and exemption")
    func agrees() {
        let seed = UInt64.random(in: 0..<1 << 32)
        var seen: Set<String> = []
        for round in 0..<600 {
            var dice = ReferenceTests.Dice(state: seed &+ UInt64(round))
            let test = RandomCase(&dice)
            let result = found(test)
            for line in result { seen.formUnion(line.split(separator: " ").dropFirst(2).map(String.init)) }
            guard result != expected(test) else { continue }
            let small = shrunk(test)
            Issue.record(
                """
                seed \(seed), round \(round): found \(found(small).sorted()), expected \(expected(small).sorted())
                hosts \(small.hosts.map { "\($0.host.path) \($0.host.labels) \($0.health.state)" })
                book \(small.book), new \(small.isNew)
                """)
            return
        }
        // Chance has to reach what the test is about.
        for word in [
            "drift", "restart-needed", "unreadable", "policy-conflict", "audit", "propose", "enforce", "open",
            "exempted", "lapsed",
        ] {
            #expect(seen.contains(word), "seed \(seed) never made \(word)")
        }
    }

    @Test("What the explanation says is what the evaluation does")
    func explains() throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        for round in 0..<100 {
            var dice = ReferenceTests.Dice(state: seed &+ UInt64(round))
            let test = RandomCase(&dice)
            let joined = NestingTree.join(test.hosts)
            let engine = PolicyEngine(test.book)
            let findings = engine.evaluate(joined, now: test.now).filter { $0.policy != nil }
            for node in joined.tree.nodes {
                let explanation = try #require(engine.explain(node.path, in: joined.tree, now: test.now))
                for setting in explanation.settings {
                    let finding = findings.first { $0.path == node.path && $0.setting == setting.setting }
                    let comment = Comment(rawValue: "seed \(seed), round \(round), \(node.path) \(setting.setting)")
                    switch setting.standing {
                    case .conflict: #expect(finding == nil || finding?.kind == .policyConflict, comment)
                    case .drift: #expect(finding?.kind == .drift && finding?.state == .open, comment)
                    case .restartNeeded: #expect(finding?.kind == .restartNeeded, comment)
                    case .exempted: #expect(finding?.state == .exempted, comment)
                    case .unreadable: #expect(finding == nil || finding?.kind == .unreadable, comment)
                    case .met, .grace, .undecided, .unknown: #expect(finding == nil, comment)
                    }
                    if let finding, finding.kind != .policyConflict {
                        #expect(finding.policy == setting.decider?.policy, comment)
                        #expect(finding.mode == setting.mode?.mode, comment)
                        #expect(finding.exemption == setting.exemption, comment)
                    }
                }
            }
        }
    }
}
