import NestingModel
import Testing

@testable import NestingPolicy

/// Nodes of one class have to meet the same selectors, whatever is in them: the engine asks only one node of each.
@Suite("The class of a node") struct NodeClassTests {
    private static let names = ["a", "b", "ab", "aab", "ba-b", "in", "é", "e\u{301}", "x#1", "aXbYc"]
    private static let patterns = [
        "*", "a", "a*", "*b", "a*b", "*a*b*", "in", "**", "é*", "e\u{301}", "x#*", "a*b*c", "",
    ]
    private static let paths = [
        "r1", "r1/**", "**/in", "*/a", "r*/*b/**", "**/a/**/in", "**", "r2/a*", "*/*/in", "s/é", "**/b/**",
    ]

    private static func selector(_ dice: inout ReferenceTests.Dice, depth: Int = 0) -> PolicySelector {
        var selector = PolicySelector()
        if dice.roll(3) == 0 { selector.paths = [dice.pick(paths), dice.pick(paths)] }
        if dice.roll(4) == 0 { selector.hosts = [dice.pick(paths), dice.pick(paths)] }
        if dice.roll(3) == 0 { selector.guests = [dice.pick(patterns), dice.pick(patterns)] }
        if dice.roll(4) == 0 { selector.levels = [dice.roll(3)] }
        if dice.roll(4) == 0 { selector.uuids = [Sample.uuid(dice.roll(20)), Sample.uuid(dice.roll(20)).uppercased()] }
        if dice.roll(4) == 0 { selector.labels = [dice.pick(["k", "l"]): dice.pick(["x", "y"])] }
        if dice.roll(4) == 0 {
            selector.labelRules = [
                LabelRule(
                    dice.pick(["k", "l", "m"]), dice.pick([.isOneOf, .isNoneOf, .exists, .isMissing]), ["x", "z"])
            ]
        }
        if dice.roll(5) == 0 { selector.platforms = [PlatformWord(dice.pick(["linux", "linux-x86_64", "windows"]))] }
        if depth < 2, dice.roll(3) == 0 { selector.not = [self.selector(&dice, depth: depth + 1)] }
        return selector
    }

    private static func tree(_ dice: inout ReferenceTests.Dice) -> NestingTree {
        var hosts: [HostView] = []
        var number = 0
        for root in ["r1", "r2", "s"] {
            let guests = (0..<dice.roll(5)).map { _ in
                number += 1
                return Sample.guest(dice.pick(names), uuid: number)
            }
            number += 1
            hosts.append(host(root, number, guests, &dice))
            guard let first = guests.first, dice.roll(2) == 0 else { continue }
            number += 1
            hosts.append(host("\(root)/\(first.name)", number - 1, [Sample.guest("in", uuid: number)], &dice))
        }
        return NestingTree.join(hosts).tree
    }

    private static func host(
        _ path: String, _ number: Int, _ guests: [GuestReport], _ dice: inout ReferenceTests.Dice
    ) -> HostView {
        let platform = dice.pick(["linux-x86_64", "linux", "windows-x86_64", "linuxen"])
        var view = Sample.host(
            path, uuid: number, labels: dice.pick([[:], ["k": "x"], ["k": "y", "l": "z"], ["l": "x", "n": "1"]]),
            guests: guests
        ) { $0.agent.platform = platform }
        if dice.roll(6) == 0 { view.report = nil }
        return view
    }

    @Test("tells all that any selector asks")
    func tells() {
        let seed = UInt64.random(in: 0..<1 << 32)
        for round in 0..<60 {
            var dice = ReferenceTests.Dice(state: seed &+ UInt64(round))
            let selectors = (0..<6).map { _ in Self.selector(&dice) }
            let compiled = selectors.map { CompiledSelector($0) }
            var classes = NodeClasses(selectors)
            var met: [NodeClass: (place: NodePath, numbers: [Int])] = [:]
            func visit(_ node: TreeNode, _ outside: NodeClasses.Place) {
                let (nodeClass, inside) = classes.enter(node, from: outside)
                let selected = SelectedNode(node, inside.traits)
                let numbers = compiled.indices.filter { compiled[$0].matches(selected) }
                let other = met[nodeClass] ?? (node.path, numbers)
                met[nodeClass] = other
                #expect(
                    other.numbers == numbers,
                    "seed \(seed), round \(round): \(node.path) and \(other.place) are of one class of \(selectors)")
                for child in node.children { visit(child, inside) }
            }
            for _ in 0..<8 {
                for root in Self.tree(&dice).roots { visit(root, classes.outside) }
            }
        }
    }

    @Test("holds few of many nodes, so that selectors are asked few times")
    func groups() {
        let guests = (0..<200).map { Sample.guest("build-\($0)", uuid: $0) }
        let tree = NestingTree.join([Sample.host("r", uuid: 999, labels: ["serial": "1"], guests: guests)]).tree
        var classes = NodeClasses([
            PolicySelector(guests: ["build-*7"]), PolicySelector(paths: ["r/build-1*"]),
            PolicySelector(uuids: [Sample.uuid(3)]),
        ])
        let (_, inside) = classes.enter(tree.roots[0], from: classes.outside)
        #expect(Set(tree.roots[0].children.map { classes.enter($0, from: inside).0 }).count == 5)
    }

    @Test("stays right when names come in numbers that no automaton is kept for")
    func manyNames() {
        var automaton = NameAutomaton([Array("*a*b*c*d*e*f*g*h*i*j*k*l*".utf8), Array("x*".utf8)])
        let glob = NameGlob("*a*b*c*d*e*f*g*h*i*j*k*l*")
        var dice = ReferenceTests.Dice(state: 7)
        for _ in 0..<3_000 {
            let name = String((0..<24).map { _ in dice.pick(Array("abcdefghijklx")) })
            let number = automaton.classify(name)
            let met = automaton.classes[Int(number)]
            #expect(met.contains(0) == glob.matches(name))
            #expect(met.contains(1) == name.hasPrefix("x"))
        }
    }

    @Test(
        "A UUID is the same in any case, and what is none is a text",
        arguments: [
            ("00000000-0000-4000-8000-00000000000A", "00000000-0000-4000-8000-00000000000a", true),
            ("10000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000a", false),
            ("ABC", "abc", true), ("", "abc", false),
            ("00000000-0000-4000-8000-00000000000g", "00000000-0000-4000-8000-00000000000G", true),
            ("00000000000004000-8000-00000000000a-", "00000000-0000-4000-8000-00000000000a", false),
        ])
    func uuids(left: String, right: String, isSame: Bool) {
        #expect((UUIDKey(left) == UUIDKey(right)) == isSame)
        #expect(UUIDKey(left).text == left.lowercased())
    }
}
