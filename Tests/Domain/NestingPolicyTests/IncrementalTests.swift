import FoundationEssentials
import NestingModel
import Testing

@testable import NestingPolicy

/// Judging only the trees that something was said of, against judging all of them.
@Suite("A fleet of which one tree changes") struct IncrementalTests {
    private typealias Dice = ReferenceTests.Dice

    /// One host of a small fleet as it may be: few UUIDs and names, so that guests are cloned and move all the time.
    private static func view(_ path: String, _ dice: inout Dice) -> HostView {
        let guests = ["a", "b", "c"].prefix(dice.roll(4)).map { name in
            Sample.guest(
                name, uuid: 1 + dice.roll(7), state: dice.pick([.running, .running, .off]), exposed: dice.roll(2) == 0)
        }
        let own = path == "r1" ? 50 : path == "r2" ? 51 : 1 + dice.roll(7)
        return Sample.host(
            path, uuid: own, pinned: dice.pick([own, own, own, 2, 0]), state: dice.pick([.ok, .ok, .ok, .unreachable]),
            guests: guests)
    }

    private static let policies = CountingPolicies(
        PolicyEngine([Sample.policy("p", PolicySelector(guests: ["a", "c"]), DesiredSettings(exposure: false))]),
        at: Sample.now)

    @Test("is judged as if all of it had been judged anew, with clones and moves across trees")
    func agrees() {
        let seed = UInt64.random(in: 0..<1 << 32)
        var kinds: Set<FindingKind> = []
        for round in 0..<60 {
            var dice = Dice(state: seed &+ UInt64(round))
            var (hosts, register) = ([String: HostView](), IdentityRegister(NestingTree(roots: [])))
            var (policies, all): (CountingPolicies, [Finding]) = (Self.policies, [])
            var kept: [String: [Finding]] = [:]
            for step in 0..<25 {
                let path = dice.pick(["r1", "r2", "r3", "r1/a", "r2/a", "r3/b"])
                hosts[path] = dice.roll(5) == 0 ? nil : Self.view(path, &dice)
                let now = Sample.now.addingTimeInterval(TimeInterval(step))
                all = PolicyEngine([
                    Sample.policy("p", PolicySelector(guests: ["a", "c"]), DesiredSettings(exposure: false))
                ]).evaluate(NestingTree.join(Array(hosts.values)), previous: all, now: now)

                let name = String(path.prefix(2))
                func tree(_ name: String) -> NestingTree {
                    NestingTree(joining: hosts.values.filter { $0.host.path.names[0] == name })
                }
                let others = register.replace(name, with: tree(name).roots.first)
                for name in others.union([name]) {
                    kept[name] = policies.evaluate(
                        JoinResult(tree: tree(name), conflicts: register.conflicts(in: name)),
                        previous: kept[name] ?? [], now: now)
                }
                let place = "seed \(seed), round \(round), step \(step), \(path)"
                #expect(
                    register.conflicts == NestingTree.join(Array(hosts.values)).conflicts, Comment(rawValue: place))
                #expect(told(kept.values.flatMap(\.self)) == told(all), Comment(rawValue: place))
                guard told(kept.values.flatMap(\.self)) == told(all) else { return }
                kinds.formUnion(all.map(\.kind))
            }
        }
        for kind in [FindingKind.drift, .clone, .guestMoved, .falseClaim, .hostUnread] {
            #expect(kinds.contains(kind), "seed \(seed) never made \(kind)")
        }
    }

    /// All but when it was seen last, which for unchanged trees is whoever keeps the findings to tell.
    private func told(_ findings: [Finding]) -> [String] {
        findings.filter { $0.state != .resolved }.map { finding in
            "\(finding.id) \(finding.state) \(finding.firstSeen.timeIntervalSince(Sample.now)) \(finding.sentence)"
        }.sorted()
    }

    @Test("touches no other tree where nothing is said of a UUID of theirs")
    func alone() {
        let hosts = (0..<4).map { number in
            Sample.host("r\(number)", uuid: 50 + number, guests: [Sample.guest("a", uuid: number)])
        }
        var register = IdentityRegister(NestingTree(joining: hosts))
        let next = NestingTree(joining: [Sample.host("r1", uuid: 51, guests: [Sample.guest("b", uuid: 60)])])
        #expect(register.replace("r1", with: next.roots[0]) == [])
        let clone = NestingTree(joining: [Sample.host("r1", uuid: 51, guests: [Sample.guest("b", uuid: 2)])])
        #expect(register.replace("r1", with: clone.roots[0]) == ["r2"])
        #expect(register.conflicts(in: "r2").map(\.kind) == [.clone])
        #expect(register.replace("r1", with: clone.roots[0]) == [], "the same again")
        #expect(register.replace("r1", with: nil) == ["r2"])
        #expect(register.conflicts.isEmpty)
    }
}
