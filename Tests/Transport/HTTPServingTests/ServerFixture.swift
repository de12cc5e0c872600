import Glibc
import HTTPCalling
import Testing

@testable import HTTPServing

/// A folder of the test's own, removed with what is in it.
func withFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    var template = Array("/tmp/nestor-http-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno() }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for name in ["api.sock", "file"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
    return try await body(folder)
}

/// A real server and a real caller on a socket. Afterwards the server is stopped, and the C library must hold nothing.
func withServer(
    _ configure: (inout HTTPServer.Configuration) -> Void = { _ in }, deadline: Duration = .seconds(20),
    handler: @escaping HTTPServer.Handler, _ body: (HTTPServer, HTTPCaller) async throws -> Void
) async throws {
    try await withFolder { folder in
        var configuration = HTTPServer.Configuration(socketPath: "\(folder)/api.sock")
        configure(&configuration)
        let server = HTTPServer(configuration, handler: handler)
        try server.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server, HTTPCaller(socketPath: configuration.socketPath)))
        } catch {
            result = .failure(error)
        }
        await server.stop(deadline: deadline)
        #expect(server.openExchanges == 0)
        #expect(server.retainedContexts == 0)
        try result.get()
    }
}

struct Errno: Error {
    let code = errno
}

/// What the closure throws.
func failure(of body: () async throws(HTTPCallFailure) -> some Any) async -> HTTPCallFailure? {
    do throws(HTTPCallFailure) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// Opened once by whoever waits for it.
struct Gate: Sendable {
    private let channel = AsyncStream<Void>.makeStream()

    func open() { channel.continuation.finish() }

    func wait() async { for await _ in channel.stream {} }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func expectStatus(
    _ status: Int, _ caller: HTTPCaller, _ call: HTTPCall, at location: SourceLocation = #_sourceLocation
) async throws {
    let reply = try await caller.call(call)
    #expect(reply.status == status, sourceLocation: location)
}
