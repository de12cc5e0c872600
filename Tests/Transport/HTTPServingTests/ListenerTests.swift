import Glibc
import HTTPCalling
import Testing

@testable import HTTPServing

@Suite("The listening socket", .timeLimit(.minutes(1)))
struct ListenerTests {
    private func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    @Test("has exactly the mode that was asked for", arguments: [0o660, 0o600, 0o666] as [UInt32])
    func mode(mode: UInt32) async throws {
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.mode = mode }
        let handler: HTTPServer.Handler = { _ in HTTPResponse() }
        try await withServer(configure, handler: handler) { server, _ in
            #expect(status(server.configuration.socketPath).st_mode == S_IFSOCK | mode)
        }
    }

    @Test("takes the place of a dead server's, and goes when the server stops")
    func stale() async throws {
        try await withFolder { folder in
            let path = "\(folder)/api.sock"
            let dead = try UnixListener(path: path, mode: 0o600)
            close(dead.descriptor)
            #expect(status(path).st_mode & S_IFMT == S_IFSOCK)
            let server = HTTPServer(.init(socketPath: path)) { _ in HTTPResponse(status: 204) }
            try server.start()
            try await expectStatus(204, HTTPCaller(socketPath: path), HTTPCall("GET", path: "/"))
            await server.stop(deadline: .seconds(10))
            #expect(access(path, F_OK) == -1)
        }
    }

    @Test("is refused where a live server answers, which goes on answering")
    func live() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse(status: 204) }
        try await withServer(handler: handler) { server, caller in
            let second = HTTPServer(server.configuration) { _ in HTTPResponse() }
            #expect { try second.start() } throws: { ($0 as? HTTPServingFailure)?.code == .socketInUse }
            try await expectStatus(204, caller, HTTPCall("GET", path: "/"))
            #expect { try server.start() } throws: { ($0 as? HTTPServingFailure)?.code == .started }
        }
    }

    @Test("never replaces a file, nor another server's socket at its end")
    func strangers() async throws {
        try await withFolder { folder in
            let path = "\(folder)/file"
            close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
            let server = HTTPServer(.init(socketPath: path)) { _ in HTTPResponse() }
            #expect { try server.start() } throws: { ($0 as? HTTPServingFailure)?.code == .notASocket }
            #expect(status(path).st_mode & S_IFMT == S_IFREG)

            let first = try UnixListener(path: "\(folder)/api.sock", mode: 0o600)
            unlink("\(folder)/api.sock")
            let second = try UnixListener(path: "\(folder)/api.sock", mode: 0o600)
            first.close()
            #expect(access("\(folder)/api.sock", F_OK) == 0)
            second.close()
            #expect(access("\(folder)/api.sock", F_OK) == -1)
        }
    }

    @Test("is refused where it cannot be", arguments: [String(repeating: "x", count: 108), ""])
    func impossible(path: String) {
        #expect { try UnixListener(path: path, mode: 0o600) } throws: {
            ($0 as? HTTPServingFailure)?.code == .pathTooLong
        }
        #expect { try UnixListener(path: "/nonexistent/x", mode: 0o600) } throws: {
            ($0 as? HTTPServingFailure)?.code == .system
        }
    }

    @Test("may be one that was passed on, whose file stays")
    func passed() async throws {
        try await withFolder { folder in
            let path = "\(folder)/api.sock"
            var configuration = HTTPServer.Configuration(socketPath: path)
            configuration.passedSocket = try UnixListener(path: path, mode: 0o600).descriptor
            let server = HTTPServer(configuration) { _ in HTTPResponse(status: 204) }
            try server.start()
            try await expectStatus(204, HTTPCaller(socketPath: path), HTTPCall("GET", path: "/"))
            await server.stop(deadline: .seconds(10))
            #expect(access(path, F_OK) == 0)
            configuration.passedSocket = -1
            let wrong = HTTPServer(configuration) { _ in HTTPResponse() }
            #expect { try wrong.start() } throws: { ($0 as? HTTPServingFailure)?.code == .notASocket }
        }
    }
}
