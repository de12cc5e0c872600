import NestingModel
import NestingPolicy
import Testing

@Suite struct IdentityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var hosts: [HostView]
        /// Kind and path of each conflict.
        var found: [String]
    }

    private static func pair(
        _ first: [GuestReport], _ second: [GuestReport], states: (HostState, HostState) = (.ok, .ok),
        extra: [HostView] = []
    ) -> [HostView] {
        [
            Sample.host("a", uuid: 1, state: states.0, guests: first),
            Sample.host("b", uuid: 2, state: states.1, guests: second),
        ] + extra
    }

    private static let l1 = Sample.host("a/v", uuid: 9)
    private static func guest(_ state: GuestState) -> GuestReport { Sample.guest("v", uuid: 9, state: state) }

    static let cases: [Case] = [
        Case(
            testDescription: "both running: a clone", hosts: pair([guest(.running)], [guest(.running)]),
            found: ["uuid-clone a/v", "uuid-clone b/v"]),
        Case(
            testDescription: "a definition left behind by a migration: none",
            hosts: pair([guest(.off)], [guest(.running)]), found: []),
        Case(
            testDescription: "two definitions that don't run: none", hosts: pair([guest(.off)], [guest(.off)]),
            found: []),
        Case(
            testDescription: "enrolled and gone, running elsewhere: moved",
            hosts: pair([], [guest(.running)], extra: [l1]), found: ["guest-moved a/v"]),
        Case(
            testDescription: "enrolled and gone, defined elsewhere: moved",
            hosts: pair([], [guest(.off)], extra: [l1]), found: ["guest-moved a/v"]),
        Case(
            testDescription: "enrolled, off here and running elsewhere: moved",
            hosts: pair([guest(.off)], [guest(.running)], extra: [l1]), found: ["guest-moved a/v"]),
        Case(
            testDescription: "enrolled, running here and a definition elsewhere: none",
            hosts: pair([guest(.running)], [guest(.off)], extra: [l1]), found: []),
        Case(
            testDescription: "enrolled and gone, and nowhere else: none", hosts: pair([], [], extra: [l1]), found: []),
        Case(
            testDescription: "two on one host: clones in any state",
            hosts: [Sample.host("a", uuid: 1, guests: [guest(.off), Sample.guest("w", uuid: 9, state: .off)])],
            found: ["uuid-clone a/v", "uuid-clone a/w"]),
        Case(
            testDescription: "a guest with the uuid of a physical host: a clone",
            hosts: pair([Sample.guest("v", uuid: 2)], []), found: ["uuid-clone a/v"]),
        Case(
            testDescription: "an agent that claims another uuid: a false claim",
            hosts: [Sample.host("a", uuid: 5, pinned: 1)], found: ["uuid-false-claim a"]),
        Case(
            testDescription: "upper case is the same uuid",
            hosts: [Sample.host("a", uuid: 0xAB) { $0.host.smbiosUUID = .known(Sample.uuid(0xAB).uppercased()) }],
            found: []),
        Case(
            testDescription: "a claim that can't be read: none",
            hosts: [Sample.host("a", uuid: 5, pinned: 1) { $0.host.smbiosUUID = .unknown("0400") }], found: []),
        Case(
            testDescription: "a claim is never searched for: the claimer is not moved to where the uuid is",
            hosts: [Sample.host("a", uuid: 1, guests: [guest(.running)]), Sample.host("x", uuid: 9, pinned: 4)],
            found: ["uuid-false-claim x"]),
    ]

    @Test("Clones, moved guests and false claims are told apart", arguments: cases)
    func kinds(_ item: Case) {
        let found = NestingTree.join(item.hosts).conflicts.map { "\($0.kind) \($0.path)" }
        #expect(found == item.found)
    }

    @Test("What rests on the last report of a host that can't be read is not current")
    func stale() {
        let clone = NestingTree.join(
            Self.pair([Self.guest(.running)], [Self.guest(.running)], states: (.unreachable, .ok)))
        #expect(clone.conflicts.map(\.isCurrent) == [false, false])
        let moved = NestingTree.join(Self.pair([], [Self.guest(.running)], states: (.ok, .silent), extra: [Self.l1]))
        #expect(moved.conflicts.map(\.isCurrent) == [false])
    }

    @Test("A guest is not missing where its host's guests could not be listed")
    func unlisted() {
        var hosts = Self.pair([], [Self.guest(.running)], extra: [Self.l1])
        hosts[0].report?.guests = .unknown("libvirt does not answer")
        #expect(NestingTree.join(hosts).conflicts.isEmpty)
    }
}
