import FoundationEssentials
import NestingModel
import Testing

@testable import NestingPolicy

@Suite("What policies are about")
struct SubjectTests {
    private let hosts = [
        Sample.host("rack7", uuid: 1, labels: ["site": "lab"], guests: [Sample.guest("a", uuid: 2)]),
        Sample.host("rack8", uuid: 3, state: .unreachable, guests: [Sample.guest("b", uuid: 4)]),
    ]

    @Test("is each node with a setting that a policy decides there, and whether that can be told now")
    func subjects() {
        let engine = PolicyEngine([
            Sample.policy("guests", priority: 1, DesiredSettings(exposure: true)),
            Sample.policy("loses", DesiredSettings(exposure: false)),
            Sample.policy("hosts", PolicySelector(levels: [0]), DesiredSettings(hostNesting: true)),
        ])
        let subjects = engine.subjects(in: NestingTree.join(hosts).tree, now: Sample.now)
        #expect(
            subjects == [
                PolicySubject(path: Sample.path("rack7"), policies: ["hosts"], unread: []),
                PolicySubject(path: Sample.path("rack7/a"), policies: ["guests"], unread: []),
                PolicySubject(path: Sample.path("rack8"), policies: ["hosts"], unread: ["hosts"]),
                PolicySubject(path: Sample.path("rack8/b"), policies: ["guests"], unread: ["guests"]),
            ])
    }

    @Test("are none of a policy whose date has not come")
    func waiting() {
        var later = Sample.policy("later", DesiredSettings(exposure: true))
        let from = Sample.now.addingTimeInterval(60)
        later.from = Moment(from, "then")
        let engine = PolicyEngine([later])
        let tree = NestingTree.join(hosts).tree
        #expect(engine.subjects(in: tree, now: Sample.now).isEmpty)
        #expect(engine.subjects(in: tree, now: from).map(\.path.name) == ["a", "b"])
    }

    @Test(
        "a selector picks nodes by the same words as a policy's",
        arguments: [
            (PolicySelector(all: true), ["rack7", "rack7/a", "rack8", "rack8/b"]),
            (PolicySelector(labels: ["site": "lab"]), ["rack7", "rack7/a"]),
            (PolicySelector(paths: ["*/b"]), ["rack8/b"]), (PolicySelector(levels: [0]), ["rack7", "rack8"]),
            (PolicySelector(uuids: [Sample.uuid(2)]), ["rack7/a"]), (PolicySelector(), []),
            (PolicySelector(labelRules: [LabelRule("site", .isMissing)]), ["rack8", "rack8/b"]),
            (PolicySelector(levels: [1], not: [PolicySelector(guests: ["b"])]), ["rack7/a"]),
            (PolicySelector(all: true, not: [PolicySelector(uuids: [Sample.uuid(2)])]), ["rack7", "rack8", "rack8/b"]),
        ])
    func selects(_ selector: PolicySelector, _ paths: [String]) {
        let selected = NestingTree.join(hosts).tree.paths(selectedBy: selector)
        #expect(selected.map(\.description).sorted() == paths)
    }
}
