import Testing

@testable import HTTPServing

@Suite("Request targets")
struct RequestTargetTests {
    @Test(
        "paths are decoded segment by segment, so that an escaped slash parts nothing",
        arguments: [
            ("/", [""]), ("/v1/hosts", ["v1", "hosts"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%C3%BC+x", ["ü+x"]),
            ("//a/", ["", "a", ""]), ("/...", ["..."]),
        ])
    func segments(target: String, segments: [String]) { #expect(RequestTarget(target)?.segments == segments) }

    @Test("query items keep their order and decode plus and escapes")
    func query() {
        let query = RequestTarget("/?a=1+2&b&c=%26%3D&a=%2B&&d==")?.query.map { "\($0.name)>\($0.value)" }
        #expect(query == ["a>1 2", "b>", "c>&=", "a>+", "d>="])
    }

    @Test(
        "what cannot be decoded in one way only is refused",
        arguments: [
            "", "a", "*", "/%", "/%2", "/%g0", "/%00", "/%1b", "/%7f", "/%c2%9b", "/%c0%af", "/.", "/a/%2E%2e/b",
            "/?a=%",
        ])
    func refused(target: String) { #expect(RequestTarget(target) == nil) }
}
