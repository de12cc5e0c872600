import NestingModel
import Testing

@Suite struct NodePathTests {
    @Test(
        "Text is a path where every name holds something plain",
        arguments: [
            ("rack7", true), ("rack7/build l1", true), ("", false), ("/a", false), ("a/", false), ("a//b", false),
            ("a\u{7}", false), ("a\u{7f}", false), ("a\u{85}", false), ("größe/ü", true),
            (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
        ])
    func parsing(text: String, isPath: Bool) {
        #expect((NodePath(text) != nil) == isPath)
    }

    @Test(
        "Whatever a guest's name holds, its place is below its host's and can be read back",
        arguments: [
            ("inner", "r/inner"), ("a/b", "r/a%2Fb"), ("", "r/?"), ("a\u{1b}[2J", "r/a?[2J"), ("a\u{85}b", "r/a?b"),
            (String(repeating: "x", count: 300), "r/" + String(repeating: "x", count: 255)),
        ])
    func guests(name: String, path: String) throws {
        let host = try #require(NodePath("r"))
        let place = host.guest(named: name)
        #expect(place.description == path)
        #expect(NodePath(place.description) == place)
        #expect(host.contains(place))
    }

    @Test("A path knows its level, root and parent")
    func places() throws {
        let path = try #require(NodePath("a/b/c"))
        #expect((path.level, path.root.description, path.parent?.description, path.name) == (2, "a", "a/b", "c"))
        #expect(path.root.parent == nil)
    }
}
