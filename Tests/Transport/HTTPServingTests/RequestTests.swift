import Glibc
import HTTPCalling
import Testing

@testable import HTTPServing

@Suite("Requests over a Unix socket", .timeLimit(.minutes(1)))
struct RequestTests {
    @Test("a request arrives as it was sent, with the caller's credentials, and its answer comes back")
    func whole() async throws {
        let handler: HTTPServer.Handler = { request in
            #expect(request.method == "PUT")
            #expect(request.segments == ["v1", "hosts", "rack7/büild l1"])
            #expect(request.path == "/v1/hosts/rack7/büild l1")
            #expect(request.query("q") == "a&b=c")
            #expect(request.query("none") == nil)
            #expect(request.headers["x-NOTE"] == "hello")
            #expect(request.peer == .init(uid: getuid(), gid: getgid(), pid: getpid()))
            return HTTPResponse(status: 201, headers: ["X-Seen": "yes"], body: request.body.reversed())
        }
        try await withServer(handler: handler) { _, caller in
            let reply = try await caller.call(
                HTTPCall(
                    "PUT", segments: ["v1", "hosts", "rack7/büild l1"], query: [("q", "a&b=c")],
                    headers: [("X-Note", "hello")], body: [1, 2, 3]))
            #expect(reply.status == 201)
            #expect(reply.header("x-seen") == "yes")
            #expect(reply.body == [3, 2, 1])
        }
    }

    @Test("200 parallel requests each get their own answer")
    func parallel() async throws {
        let handler: HTTPServer.Handler = { HTTPResponse(body: Array($0.path.utf8) + $0.body) }
        try await withServer(handler: handler) { _, caller in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let body = [UInt8](repeating: UInt8(number), count: number * 100)
                        let reply = try await caller.call(HTTPCall("POST", path: "/\(number)", body: body))
                        #expect(reply.body == Array("/\(number)".utf8) + body)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a body as long as the limit is taken, a longer one answered 413", arguments: [0, 1, 1000, 2_000_000])
    func bodyLimit(excess: Int) async throws {
        let handler: HTTPServer.Handler = { HTTPResponse(body: Array(String($0.body.count).utf8)) }
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.bodyLimit = 100_000 }
        try await withServer(configure, handler: handler) { _, caller in
            let body = [UInt8](repeating: 7, count: 100_000 + excess)
            let reply = try await caller.call(HTTPCall("POST", path: "/", body: body))
            #expect(reply.status == (excess == 0 ? 200 : 413))
            // The server still serves.
            try await expectStatus(200, caller, HTTPCall("GET", path: "/"))
        }
    }

    @Test("a chunked body is bounded like any other", arguments: [(900, "200"), (1100, "413")])
    func chunked(size: Int, status: String) async throws {
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.bodyLimit = 1000 }
        let handler: HTTPServer.Handler = { _ in HTTPResponse() }
        try await withServer(configure, handler: handler) { server, _ in
            let chunk = String(repeating: "x", count: size)
            let answer = try await rawExchange(
                server,
                "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(String(size, radix: 16))\r\n\(chunk)\r\n0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("the bodies of all requests together are bounded")
    func bodiesLimit() async throws {
        let (entered, gate) = (Gate(), Gate())
        let handler: HTTPServer.Handler = { request in
            if request.path == "/slow" {
                entered.open()
                await gate.wait()
            }
            return HTTPResponse()
        }
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.bodiesLimit = 100_000 }
        try await withServer(configure, handler: handler) { _, caller in
            let body = [UInt8](repeating: 7, count: 60_000)
            async let slow = caller.call(HTTPCall("POST", path: "/slow", body: body))
            await entered.wait()
            try await expectStatus(503, caller, HTTPCall("POST", path: "/", body: body))
            try await expectStatus(200, caller, HTTPCall("POST", path: "/", body: Array(body.prefix(40_000))))
            gate.open()
            _ = try await slow
            try await expectStatus(200, caller, HTTPCall("POST", path: "/", body: body))
        }
    }

    @Test("while a handler waits, others answer")
    func slow() async throws {
        let (entered, gate) = (Gate(), Gate())
        let handler: HTTPServer.Handler = { request in
            if request.path == "/slow" {
                entered.open()
                await gate.wait()
            }
            return HTTPResponse(body: Array(request.path.utf8))
        }
        try await withServer(handler: handler) { _, caller in
            async let slow = caller.call(HTTPCall("GET", path: "/slow"))
            await entered.wait()
            for _ in 0..<10 { try await expectStatus(200, caller, HTTPCall("GET", path: "/quick")) }
            gate.open()
            let reply = try await slow
            #expect(text(reply.body) == "/slow")
        }
    }

    @Test(
        "a target that could mean two things never reaches the handler",
        arguments: ["/a/../b", "/%2e%2e/b", "/a%00", "/%zz", "/%ff", "/a%0Ab", "*", "http://x/y"])
    func targets(target: String) async throws {
        let handler: HTTPServer.Handler = { _ in
            Issue.record("reached")
            return HTTPResponse()
        }
        try await withServer(handler: handler) { server, _ in
            let answer = try await rawExchange(server, "GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("garbage, endless headers and a client that leaves in mid-request leave nothing behind")
    func garbage() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse() }
        try await withServer(handler: handler) { server, caller in
            let long = String(repeating: "x", count: 200_000)
            for request in [
                "\u{1}\u{2}\u{3}\r\n\r\n", "GET / HTTP/1.1\r\nA: \(long)\r\n\r\n", "GET /\(long) HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "GET / HT",
            ] {
                _ = try await rawExchange(server, request, thenLeave: true)
            }
            try await expectStatus(200, caller, HTTPCall("GET", path: "/"))
        }
    }

    @Test("an entity tag that the client has is answered 304, without a body")
    func entityTag() async throws {
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(headers: ["ETag": "\"r7\"", "Content-Type": "text/plain"], body: [1, 2])
        }
        try await withServer(handler: handler) { _, caller in
            for (sent, status) in [
                ("\"r6\"", 200), ("\"r7\"", 304), ("W/\"r7\"", 304), ("\"r1\", \"r7\"", 304), ("*", 304),
            ] {
                let reply = try await caller.call(HTTPCall("GET", path: "/", headers: [("If-None-Match", sent)]))
                #expect(reply.status == status)
                #expect(reply.body == (status == 200 ? [1, 2] : []))
                #expect(reply.header("etag") == "\"r7\"")
            }
            let changed = try await caller.call(HTTPCall("POST", path: "/", headers: [("If-None-Match", "*")]))
            #expect(changed.status == 200)
        }
    }

    @Test("HEAD brings headers and no body; a header with a line end is left out")
    func head() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse(headers: ["X": "a\r\nY: b"], body: [1, 2, 3]) }
        try await withServer(handler: handler) { _, caller in
            let reply = try await caller.call(HTTPCall("HEAD", path: "/"))
            #expect(reply.header("content-length") == "3")
            #expect(reply.body.isEmpty && reply.header("X") == nil && reply.header("Y") == nil)
        }
    }
}

/// Sends bytes as they are and reads until the server closes, or leaves at once.
func rawExchange(_ server: HTTPServer, _ request: String, thenLeave: Bool = false) async throws -> String {
    let reader = try RawReader(server, request)
    return thenLeave ? "" : await reader.readAll()
}
