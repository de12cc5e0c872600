import NestingModel
import Testing

@testable import NestingPolicy

@Suite struct GlobTests {
    @Test(
        "A path glob matches names with * and runs of names with **",
        arguments: [
            ("rack7", "rack7", true), ("rack7", "rack7/a", false), ("rack7/*", "rack7/a", true),
            ("rack7/*", "rack7", false), ("rack7/*", "rack7/a/b", false), ("rack7/build-*", "rack7/build-1", true),
            ("rack7/build-*", "rack7/built-1", false), ("rack7/**", "rack7", true), ("rack7/**", "rack7/a/b/c", true),
            ("rack7/**", "rack8/a", false), ("**/inner", "rack7/a/inner", true), ("**/inner", "inner", true),
            ("**/inner", "rack7/inner/x", false), ("**", "a/b", true), ("r*7/**/i*", "rack7/x/y/in", true),
            ("r*7/**/i*", "rack7", false), ("**/a/**/b/**", "x/a/y/b", true), ("**/a/**/b/**", "x/b/y/a", false),
            ("a/**/b", "a/b", true), ("a/**/b", "a", false), ("*", "a", true), ("*", "a/b", false),
            ("a*b*c", "aXbYc", true), ("a*b*c", "abc", true), ("a*b*c", "acb", false), ("a*a", "a", false),
            ("**/x/**/x", "x", false), ("", "a", false), ("a//b", "a/b", false),
        ])
    func paths(pattern: String, path: String, isMatch: Bool) {
        #expect(PathGlob(pattern).matches(Sample.path(path).names) == isMatch)
    }

    @Test("A pattern of many stars over a long name takes no time to speak of")
    func hostile() {
        let name = String(repeating: "a", count: 255)
        #expect(!NameGlob(String(repeating: "a*", count: 120) + "b").matches(name))
        #expect(NameGlob(String(repeating: "a*", count: 120)).matches(name))
    }

    @Test(
        "A glob knows the one root that it is about",
        arguments: [("rack7/**", "rack7"), ("rack7", "rack7"), ("r*", nil), ("**/x", nil), ("*/x", nil)])
    func root(pattern: String, root: String?) {
        #expect(PathGlob(pattern).root == root)
    }
}
