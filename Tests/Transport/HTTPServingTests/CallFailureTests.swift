import Dispatch
import Glibc
import HTTPCalling
import Testing

@testable import HTTPServing

@Suite("Calls that fail", .timeLimit(.minutes(1)))
struct CallFailureTests {
    private func code(_ path: String, _ call: HTTPCall = HTTPCall("GET", path: "/")) async -> HTTPCallFailure.Code? {
        await failure(of: { () throws(HTTPCallFailure) in try await HTTPCaller(socketPath: path).call(call) })?.code
    }

    @Test("no socket, a dead socket and a busy server are told apart")
    func codes() async throws {
        try await withFolder { folder in
            let path = "\(folder)/api.sock"
            #expect(await code(path) == .socketMissing)
            let listener = try UnixListener(path: path, mode: 0o600)
            // It listens, but nobody accepts.
            #expect(await code(path, HTTPCall("GET", path: "/", deadline: .milliseconds(50))) == .timeout)
            close(listener.descriptor)
            #expect(await code(path) == .refused)
        }
    }

    @Test("a socket that this user may not open says so")
    func permission() async {
        await #expect(processExitsWith: .success) {
            try await withFolder { folder in
                let path = "\(folder)/api.sock"
                let listener = try UnixListener(path: path, mode: 0)
                // Root may open everything: become nobody.
                chmod(folder, 0o711)
                if geteuid() == 0 { seteuid(65534) }
                let failure = await HTTPServingTests.failure { () throws(HTTPCallFailure) in
                    try await HTTPCaller(socketPath: path).call(HTTPCall("GET", path: "/"))
                }
                seteuid(getuid())
                listener.close()
                #expect(failure?.code == .permissionDenied)
                #expect(failure?.description.contains("group") == true)
            }
        }
    }

    @Test("a reply that is too long is not kept")
    func tooLong() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse(body: [UInt8](repeating: 1, count: 100_000)) }
        try await withServer(handler: handler) { server, _ in
            let path = server.configuration.socketPath
            #expect(await code(path, HTTPCall("GET", path: "/", replyLimit: 99_999)) == .tooLong)
            #expect(await code(path, HTTPCall("GET", path: "/", replyLimit: 100_000)) == nil)
        }
    }

    @Test("a reply that breaks off is closed, not short")
    func closed() async throws {
        try await withFolder { folder in
            let path = "\(folder)/api.sock"
            let listener = try UnixListener(path: path, mode: 0o600)
            defer { listener.close() }
            let descriptor = listener.descriptor
            DispatchQueue.global().async {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&waiting, 1, -1)
                let client = accept(descriptor, nil, nil)
                var buffer = [UInt8](repeating: 0, count: 1000)
                _ = read(client, &buffer, 1000)
                let part = Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8)
                _ = write(client, part, part.count)
                close(client)
            }
            #expect(await code(path) == .closed)
        }
    }

    @Test("a cancelled call ends at once, while its handler goes on")
    func cancelled() async throws {
        let (entered, gate) = (Gate(), Gate())
        let handler: HTTPServer.Handler = { _ in
            entered.open()
            await gate.wait()
            return HTTPResponse()
        }
        try await withServer(handler: handler) { _, caller in
            let outcome = await withTaskGroup(of: HTTPCallFailure.Code?.self) { group in
                group.addTask {
                    await failure { () throws(HTTPCallFailure) in
                        try await caller.call(HTTPCall("GET", path: "/"))
                    }?.code
                }
                await entered.wait()
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(outcome == .cancelled)
            gate.open()
        }
    }
}
