import FoundationEssentials
import NestingModel
import Testing

@testable import NestingPolicy

/// More trees and guests than are judged and planned in one go.
@Suite("Many trees at once") struct ManyTreesTests {
    private static let policies = [
        Sample.policy("shown", PolicySelector(guests: ["g*"]), DesiredSettings(exposure: true)),
        Sample.policy("few", priority: 1, PolicySelector(paths: ["r*7/g3"]), DesiredSettings(maximumVCPUs: 64)),
    ]

    /// 900 hosts of five guests: each guest drifts, one in a hundred hosts can't be read, and two guests are clones.
    private static let hosts = (0..<900).map { number in
        Sample.host(
            "r\(number)", uuid: number * 10, state: number % 100 == 5 ? .unreachable : .ok,
            guests: (1...5).map { guest in
                Sample.guest(
                    "g\(guest)", uuid: number == 800 && guest == 2 ? 12 : number * 10 + guest, exposed: false)
            })
    }

    @Test("are judged as each is by itself")
    func judged() {
        let engine = PolicyEngine(Self.policies)
        let joined = NestingTree.join(Self.hosts)
        let before = engine.evaluate(joined, now: Sample.now)
        let found = engine.evaluate(joined, previous: before, now: Sample.now.addingTimeInterval(60))
        let apart = joined.tree.roots.flatMap { root in
            let name = root.path.name
            return engine.evaluate(
                JoinResult(
                    tree: NestingTree(roots: [root]), conflicts: joined.conflicts.filter { $0.path.names[0] == name }),
                previous: before.filter { $0.path.names[0] == name }, now: Sample.now.addingTimeInterval(60))
        }
        #expect(Set(found) == Set(apart) && found.count == apart.count)
        #expect(found.count > 4_000)
        #expect(Set(found.map(\.kind)) == [.drift, .clone, .hostUnread])
    }

    @Test("are planned as one after another is")
    func planned() {
        let joined = NestingTree.join(Self.hosts)
        let found = PolicyEngine(Self.policies).evaluate(joined, now: Sample.now)
        func plan(_ identities: IdentityRegister?, _ selection: [NodePath]) -> Plan {
            Planner.plan(
                joined.tree, identities: identities, findings: found.shuffled(), policies: Self.policies,
                selection: selection, now: Sample.now)
        }
        let whole = plan(IdentityRegister(joined.tree), [])
        let apart = joined.tree.roots.map { plan(nil, [$0.path]) }
        #expect(whole.items == apart.flatMap(\.items).sorted { $0.path < $1.path })
        #expect(whole.blocked == apart.flatMap(\.blocked).sorted { ($0.path, $0.finding) < ($1.path, $1.finding) })
        #expect(whole.items.count > 4_000 && whole.blocked.count > 10)
    }

    @Test("have the first steps of their plan told, and how many there are", arguments: [0, 7, 1_200, 100_000])
    func bounded(limit: Int) {
        let joined = NestingTree.join(Self.hosts)
        let found = PolicyEngine(Self.policies).evaluate(joined, now: Sample.now)
        func plan(_ limit: Int?) -> BoundedPlan {
            Planner.bounded(joined.tree, findings: found, policies: Self.policies, limit: limit, now: Sample.now)
        }
        let (whole, some) = (plan(nil), plan(limit))
        #expect(some.plan.items == Array(whole.plan.items.prefix(limit)))
        #expect(some.plan.blocked == Array(whole.plan.blocked.prefix(limit)))
        #expect(some.items == whole.plan.items.count && some.blocked == whole.plan.blocked.count)
    }

    @Test("are judged and planned as well where each guest is kept once")
    func once() {
        let (all, once) = (NestingTree(joining: Self.hosts), NestingTree(joining: Self.hosts, keepingOnce: true))
        #expect(once.nodes.allSatisfy { $0.host?.report?.guests.value?.isEmpty != false })
        #expect(once.nodes.map(\.guest) == all.nodes.map(\.guest))
        #expect(IdentityRegister(once).conflicts == IdentityRegister(all).conflicts)
        let engine = PolicyEngine(Self.policies)
        let (found, same) = (
            engine.evaluate(JoinResult(tree: all), now: Sample.now),
            engine.evaluate(JoinResult(tree: once), now: Sample.now)
        )
        #expect(found == same)
        #expect(
            Planner.plan(all, findings: found, policies: Self.policies, now: Sample.now)
                == Planner.plan(once, findings: found, policies: Self.policies, now: Sample.now))
    }

    @Test("are found by what a draft changes, and by nothing else")
    func reached() {
        let tree = NestingTree.join(Self.hosts).tree
        var changed = Self.policies
        changed[1].desired.maximumVCPUs = 32
        let reach = DraftReach(
            from: PolicyBook(policies: Self.policies), to: PolicyBook(policies: changed),
            written: PolicyBook(policies: changed), in: tree)
        #expect(reach.trees == Set(Self.hosts.map(\.host.path.name).filter { $0.hasSuffix("7") }))
        #expect(reach.idlePolicies == [])
        let gone = DraftReach(
            from: PolicyBook(policies: Self.policies), to: PolicyBook(), written: PolicyBook(), in: tree)
        #expect(gone.trees == Set(Self.hosts.map(\.host.path.name)))
    }

    @Test("are taken in parts that miss none", arguments: [0, 1, 2, 99, 100, 1_000, 1_003], [1, 3, 8])
    func parts(count: Int, parts: Int) {
        let ranges = AllCores.ranges(count, least: 50, parts: parts)
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(ranges.count <= parts && ranges.allSatisfy { $0.count >= min(50, count) })
        #expect(AllCores.map(count, least: 1) { Array($0) }.flatMap(\.self) == Array(0..<count))
    }
}
