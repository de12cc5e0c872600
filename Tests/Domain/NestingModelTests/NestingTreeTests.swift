import FoundationEssentials
import NestingModel
import Testing

@Suite("Places of the tree")
struct NestingTreeTests {
    private static func path(_ text: String) throws -> NodePath { try #require(NodePath(text)) }

    @Test("are found by their paths, and nothing else is")
    func lookup() throws {
        let inner = TreeNode(path: try Self.path("r/l1/inner"))
        let l1 = TreeNode(path: try Self.path("r/l1"), children: [inner])
        let tree = NestingTree(roots: [
            TreeNode(path: try Self.path("r"), children: [l1]), TreeNode(path: try Self.path("r2")),
        ])
        #expect(tree.nodes.map(\.path.description) == ["r", "r/l1", "r/l1/inner", "r2"])
        #expect(tree.node(at: try Self.path("r/l1/inner")) == inner)
        #expect(tree.node(at: try Self.path("r/l1")) == l1)
        for other in ["r/l2", "r/l1/inner/x", "r/l1/inne", "r3", "l1"] {
            #expect(tree.node(at: try Self.path(other)) == nil)
        }
    }

    @Test("below one another are told by whole names, not by their text")
    func containment() throws {
        let rack = try Self.path("rack7")
        #expect(rack.contains(try Self.path("rack7/a")))
        #expect(!rack.contains(try Self.path("rack70/a")))
        #expect(!rack.contains(rack))
        #expect(!(try Self.path("rack7/a").contains(rack)))
    }

    @Test(
        "whose JSON is no path of names are refused",
        arguments: [#""""#, #""/r""#, #""r//a""#, #""r\u0000a""#, #""a\u001b[2Jb""#, "7", "null", "[]"])
    func hostile(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(NodePath.self, from: Data(json.utf8))
        }
    }

    @Test("two guests whose names differ only in what can't be shown stay below their host")
    func hostileNames() throws {
        let host = try Self.path("r")
        for name in ["..", ".", "a/../b", "/", "//", "\n", "\u{0}", "a\u{202E}b", String(repeating: "é", count: 300)] {
            let place = host.guest(named: name)
            #expect(place.parent == host)
            #expect(place.level == 1)
            #expect(place.name.utf8.count <= 255)
            #expect(NodePath(place.description) == place, "\(name.debugDescription)")
        }
    }
}
