import FoundationEssentials
import NestingModel
import NestingPolicy
import Testing

/// The engine against the simplest thing that could be right, over fleets made by chance.
@Suite struct ReferenceTests {
    /// SplitMix64: a seed gives the same fleet for ever.
    struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(sides))
        }

        mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }
    }

    private func fleet(_ dice: inout Dice) -> [HostView] {
        var number = 100
        var hosts: [HostView] = []
        for root in ["r1", "r2", "s"].prefix(1 + dice.roll(3)) {
            var guests: [GuestReport] = []
            for name in ["a", "b", "ab"].prefix(dice.roll(4)) {
                number += 1
                let facts: [Fact<Bool>] = [.known(true), .known(false), .unknown("chance"), .absent]
                let configured = dice.pick(facts)
                let live = dice.pick(facts)
                let vcpus = dice.roll(4)
                guests.append(
                    Sample.guest(name, uuid: number) {
                        $0.exposure.configured = configured
                        $0.exposure.live = live
                        $0.vcpus.maximum = vcpus == 0 ? .unknown("chance") : .known(vcpus)
                    })
                if dice.roll(3) == 0 {
                    number += 1
                    let inner = Sample.guest("in", uuid: number, exposed: dice.roll(2) == 0)
                    hosts.append(
                        Sample.host(
                            "\(root)/\(name)", uuid: number - 1, labels: ["k": dice.pick(["x", "y"])],
                            state: dice.pick([.ok, .ok, .silent]), guests: [inner]))
                }
            }
            number += 1
            hosts.append(
                Sample.host(
                    root, uuid: number, labels: dice.pick([[:], ["k": "x"], ["k": "y", "l": "z"]]),
                    state: dice.pick([.ok, .ok, .ok, .unreachable]), guests: guests))
        }
        return hosts
    }

    private func policies(_ dice: inout Dice) -> [Policy] {
        (0..<1 + dice.roll(5)).map { number in
            let selector = dice.pick([
                PolicySelector(all: true), PolicySelector(paths: ["r1/**"]), PolicySelector(paths: ["*/a", "s"]),
                PolicySelector(labels: ["k": "x"]), PolicySelector(levels: [1]), PolicySelector(guests: ["a*"]),
                PolicySelector(labels: ["k": "y"], levels: [2]),
                PolicySelector(uuids: [Sample.uuid(101), Sample.uuid(103)]),
                PolicySelector(labels: ["k": "x"], uuids: [Sample.uuid(102)]), PolicySelector(paths: ["**/in"]),
                PolicySelector(hosts: ["*/a", "s"]),
            ])
            return Sample.policy(
                "p\(number)", priority: dice.roll(3), selector,
                DesiredSettings(
                    exposure: dice.pick([nil, true, false]), maximumVCPUs: dice.pick([nil, 1, 2, 3])))
        }
    }

    /// What a person would work out with the documents in hand: `path setting kind`.
    private func expected(_ tree: NestingTree, _ policies: [Policy]) -> Set<String> {
        var result: Set<String> = []
        for node in tree.nodes {
            guard let guest = node.guest, let parent = node.path.parent.flatMap(tree.node(at:))?.host,
                parent.health.state == .ok
            else { continue }
            let matching = policies.filter { matches($0.selector, node, guest, tree) }
            for setting in [Setting.exposure, .maximumVCPUs] {
                let speaking = matching.filter { wish($0, setting) != nil }
                guard let top = speaking.map(\.priority).max() else { continue }
                let wishes = Set(speaking.filter { $0.priority == top }.compactMap { wish($0, setting) })
                guard wishes.count == 1, let wish = wishes.first else {
                    result.insert("\(node.path) \(setting) policy-conflict")
                    continue
                }
                if let kind = verdict(guest, setting, wish) { result.insert("\(node.path) \(setting) \(kind)") }
            }
        }
        return result
    }

    private func matches(_ selector: PolicySelector, _ node: TreeNode, _ guest: GuestReport, _ tree: NestingTree)
        -> Bool
    {
        if selector.isEmpty { return false }
        let host = sequence(first: node.path, next: \.parent).lazy.compactMap { tree.node(at: $0)?.host?.host }.first
        return selector.labels.allSatisfy { host?.labels[$0.key] == $0.value }
            && (selector.hosts.isEmpty || NaiveGlob.isOn(node, selector.hosts))
            && (selector.paths.isEmpty || NaiveGlob.isOne(node.path, selector.paths))
            && (selector.levels.isEmpty || selector.levels.contains(node.path.level))
            && (selector.uuids.isEmpty || selector.uuids.contains(guest.uuid))
            && (selector.guests.isEmpty || selector.guests.contains { NaiveGlob.fits($0, guest.name) })
    }

    @Test("The engine finds what the simplest reading of the rules finds")
    func agrees() {
        let seed = UInt64.random(in: 0..<1 << 32)
        for round in 0..<300 {
            var dice = Dice(state: seed &+ UInt64(round))
            let joined = NestingTree.join(fleet(&dice))
            let policies = policies(&dice)
            let found = PolicyEngine(policies).evaluate(joined, now: Sample.now)
                .filter { $0.policy != nil }.map { "\($0.path) \($0.setting?.rawValue ?? "") \($0.kind)" }
            #expect(Set(found) == expected(joined.tree, policies), "seed \(seed), round \(round)")
            #expect(Set(found).count == found.count, "seed \(seed), round \(round)")
        }
    }
}
