import NestingModel
import NestingPolicy
import Testing

@Suite struct JoinTests {
    private func paths(_ hosts: [HostView]) -> [String] {
        NestingTree.join(hosts).tree.nodes.map(\.path.description)
    }

    @Test("Guests are children of the host that reports them, at any depth")
    func depth() {
        let hosts = [
            Sample.host("r/a/b", uuid: 3, guests: [Sample.guest("c", uuid: 4)]),
            Sample.host("r/a", uuid: 2, guests: [Sample.guest("b", uuid: 3)]),
            Sample.host("r", uuid: 1, guests: [Sample.guest("z", uuid: 9), Sample.guest("a", uuid: 2)]),
        ]
        #expect(paths(hosts) == ["r", "r/a", "r/a/b", "r/a/b/c", "r/z"])
        #expect(paths(hosts.reversed()) == paths(hosts))
        #expect(NestingTree.join(hosts).conflicts.isEmpty)
        #expect(NestingTree.join(hosts).tree.node(at: Sample.path("r/a"))?.host != nil)
    }

    @Test("A renamed guest keeps its host, and what took its name is another node")
    func renamed() {
        let hosts = [
            Sample.host("r", uuid: 1, guests: [Sample.guest("new", uuid: 2), Sample.guest("a", uuid: 5)]),
            Sample.host("r/a", uuid: 2),
        ]
        let tree = NestingTree.join(hosts).tree
        #expect(tree.node(at: Sample.path("r/a"))?.guest?.name == "new")
        #expect(paths(hosts) == ["r", "r/a", "r/a#\(Sample.uuid(5))"])
    }

    @Test("Without a pinned uuid the name decides")
    func unpinned() {
        let hosts = [
            Sample.host("r", uuid: 1, guests: [Sample.guest("a", uuid: 2)]), Sample.host("r/a", uuid: 2, pinned: 0),
        ]
        #expect(NestingTree.join(hosts).tree.node(at: Sample.path("r/a"))?.guest?.uuid == Sample.uuid(2))
    }

    @Test("An enrolled place whose guest is not reported stays, and so does one whose parent is not enrolled")
    func missing() {
        let hosts = [Sample.host("r", uuid: 1, guests: []), Sample.host("r/a", uuid: 2), Sample.host("q/x/y", uuid: 7)]
        #expect(paths(hosts) == ["q", "q/x", "q/x/y", "r", "r/a"])
        #expect(NestingTree.join(hosts).tree.node(at: Sample.path("r/a"))?.guest == nil)
    }

    @Test("Hostile names neither loop, nor share a place, nor depend on order")
    func hostile() {
        let long = String(repeating: "é", count: 400)
        let names = ["a", "a", "a/b", "a%2Fb", "", "\u{1b}[2J", long, long, "a"]
        let guests = names.enumerated().map { number, name in Sample.guest(name, uuid: number < 8 ? number + 10 : 10) }
        let hosts = [Sample.host("r", uuid: 1, guests: guests)]
        let found = paths(hosts)
        #expect(found.count == names.count + 1)
        #expect(Set(found).count == found.count)
        #expect(paths([Sample.host("r", uuid: 1, guests: guests.reversed())]) == found)
    }

    @Test("Five thousand guests of one name and one uuid are joined")
    func flood() {
        let guests = (0..<5000).map { _ in Sample.guest("a", uuid: 2) }
        #expect(Set(paths([Sample.host("r", uuid: 1, guests: guests)])).count == 5001)
    }

    @Test(
        "What an identity rests on is said",
        arguments: [
            (Fact<String>.known(Sample.uuid(2)), "uuid as pinned (from product_uuid)"),
            (.absent, "its agent found no uuid to compare: its place and its host key identify it"),
            (
                .unknown("permission denied"),
                "its uuid could not be read (permission denied): its place and its host key identify it"
            ),
        ])
    func evidence(claim: Fact<String>, sentence: String) {
        let hosts = [Sample.host("r", uuid: 2) { $0.host.smbiosUUID = claim }]
        let joined = NestingTree.join(hosts)
        #expect(joined.tree.roots[0].identity == sentence)
        #expect(joined.conflicts.isEmpty)
    }
}
