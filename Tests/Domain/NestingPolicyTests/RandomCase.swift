import FoundationEssentials
import NestingModel

/// A fleet and a book of policies made by chance, small enough that everything happens often.
struct RandomCase {
    var hosts: [HostView]
    var book: PolicyBook
    /// Whether all that is wanted is newly wanted.
    var isNew: Bool
    let now = Sample.now

    init(_ dice: inout ReferenceTests.Dice) {
        hosts = Self.hosts(&dice)
        book = PolicyBook(
            policies: (0..<1 + dice.roll(6)).map { Self.policy($0, &dice) },
            exemptions: (0..<dice.roll(4)).map { Self.exemption($0, &dice) })
        isNew = dice.roll(2) == 0
    }

    /// This case without one of its parts, for every part.
    var smaller: [RandomCase] {
        func without<Part>(_ part: WritableKeyPath<RandomCase, [Part]>) -> [RandomCase] {
            self[keyPath: part].indices.map { number in
                var copy = self
                copy[keyPath: part].remove(at: number)
                return copy
            }
        }
        return without(\.hosts) + without(\.book.policies) + without(\.book.exemptions)
    }

    private static func hosts(_ dice: inout ReferenceTests.Dice) -> [HostView] {
        var number = 100
        var hosts: [HostView] = []
        for root in ["r1", "r2", "s"].prefix(1 + dice.roll(3)) {
            var guests: [GuestReport] = []
            for name in ["a", "b", "ab"].prefix(dice.roll(4)) {
                number += 1
                let (configured, live, vcpus) = (fact(&dice), fact(&dice), dice.roll(4))
                guests.append(
                    Sample.guest(name, uuid: number) {
                        $0.exposure.configured = configured
                        $0.exposure.live = live
                        $0.vcpus.maximum = vcpus == 0 ? .unknown("chance") : .known(vcpus)
                    })
                guard dice.roll(3) == 0 else { continue }
                number += 1
                let inner = Sample.guest("in", uuid: number, exposed: dice.roll(2) == 0)
                hosts.append(host("\(root)/\(name)", number - 1, [inner], &dice))
            }
            number += 1
            hosts.append(host(root, number, guests, &dice))
        }
        return hosts
    }

    private static func fact(_ dice: inout ReferenceTests.Dice) -> Fact<Bool> {
        let facts: [Fact<Bool>] = [.known(true), .known(false), .known(true), .unknown("chance"), .absent]
        return dice.pick(facts)
    }

    private static func host(
        _ path: String, _ number: Int, _ guests: [GuestReport], _ dice: inout ReferenceTests.Dice
    ) -> HostView {
        let platform = dice.pick(["linux-x86_64", "windows-x86_64"])
        return Sample.host(
            path, uuid: number, labels: dice.pick([[:], ["k": "x"], ["k": "y", "l": "z"], ["l": "z"]]),
            state: dice.pick([.ok, .ok, .ok, .unreachable]), guests: guests
        ) { $0.agent.platform = platform }
    }

    private static func selector(_ dice: inout ReferenceTests.Dice, depth: Int = 0) -> PolicySelector {
        var selector = dice.pick([
            PolicySelector(all: true), PolicySelector(paths: ["r1/**"]), PolicySelector(paths: ["*/a", "s"]),
            PolicySelector(labels: ["k": "x"]), PolicySelector(levels: [1]), PolicySelector(guests: ["a*"]),
            PolicySelector(uuids: [Sample.uuid(101), Sample.uuid(103)]), PolicySelector(paths: ["**/in"]),
            PolicySelector(labelRules: [LabelRule("k", .isOneOf, ["x", "y"])]),
            PolicySelector(labelRules: [LabelRule("k", .isNoneOf, ["x"]), LabelRule("l", .exists)]),
            PolicySelector(labelRules: [LabelRule("l", .isMissing)]),
            PolicySelector(platforms: [PlatformWord("linux")]),
            PolicySelector(platforms: [PlatformWord("windows-x86_64"), PlatformWord("linux")], guests: ["*b"]),
        ])
        guard depth < 2, dice.roll(3) == 0 else { return selector }
        selector.all = false
        selector.not = (0...dice.roll(2)).map { _ in
            var not = self.selector(&dice, depth: depth + 1)
            if not.all { not = PolicySelector(guests: ["in"]) }
            return not
        }
        return selector
    }

    private static let modes = [PolicyMode.audit, .propose, .enforce]

    private static func policy(_ number: Int, _ dice: inout ReferenceTests.Dice) -> Policy {
        let desired = DesiredSettings(
            exposure: dice.pick([nil, true, false]), maximumVCPUs: dice.pick([nil, 1, 2, 3]))
        let days = TimeInterval(dice.pick([-20, -5, -5, 0, 5]) * 86_400)
        let from = dice.roll(2) == 0 ? Moment(Sample.now.addingTimeInterval(days), "then") : nil
        return Policy(
            name: "p\(number)", priority: dice.roll(3), selector: selector(&dice), desired: desired,
            mode: dice.pick(modes), intendedMode: dice.pick([nil] + modes.map(Optional.some)),
            modes: (0..<dice.roll(3)).map { _ in
                ModeRule(
                    selector(&dice), mode: dice.pick(modes), intendedMode: dice.pick([nil, .audit, .enforce]),
                    reason: "r")
            }, from: from, graceSeconds: from == nil || dice.roll(2) == 0 ? nil : 10 * 86_400)
    }

    private static func exemption(_ number: Int, _ dice: inout ReferenceTests.Dice) -> Exemption {
        let settings = dice.pick([[Setting.exposure], [.maximumVCPUs], [.exposure, .maximumVCPUs]])
        return Exemption(
            name: "e\(number)", selector: selector(&dice), settings: settings,
            accepts: dice.pick([
                DesiredSettings(), DesiredSettings(), DesiredSettings(exposure: true), DesiredSettings(exposure: false),
                DesiredSettings(maximumVCPUs: 2),
            ]), owner: "o", reason: "r",
            expires: Moment(Sample.now.addingTimeInterval(TimeInterval(dice.pick([-9, 0, 9, 99]))), "then"))
    }
}
