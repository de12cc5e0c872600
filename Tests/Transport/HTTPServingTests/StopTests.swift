import HTTPCalling
import Synchronization
import Testing

@testable import HTTPServing

@Suite("Stopping", .timeLimit(.minutes(1)))
struct StopTests {
    @Test("ends and frees 100 open streams; each client sees a clean end, each producer its own")
    func openStreams() async throws {
        let (terminated, opened) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent> { continuation in
                    continuation.onTermination = { _ in terminated.continuation.yield() }
                    continuation.yield(SentEvent(data: "hello"))
                })
        }
        try await withServer(handler: handler) { server, caller in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        // A stream that breaks would throw.
                        for try await _ in caller.events(HTTPCall("GET", path: "/")) { opened.continuation.yield() }
                    }
                }
                var open = opened.stream.makeAsyncIterator()
                for _ in 0..<100 { await open.next() }
                #expect(server.openExchanges == 100)
                #expect(server.retainedContexts == 201)
                await server.stop(deadline: .seconds(20))
                #expect(server.retainedContexts == 0)
                var ended = terminated.stream.makeAsyncIterator()
                for _ in 0..<100 { await ended.next() }
                try await group.waitForAll()
            }
        }
    }

    @Test("sends what a stream still has before it ends it")
    func rest() async throws {
        let pulled = Gate()
        let numbers = Mutex(0)
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent>(unfolding: {
                    let number = numbers.withLock {
                        $0 += 1
                        return $0
                    }
                    if number <= 20 { return SentEvent(data: String(repeating: "x", count: 12_000)) }
                    pulled.open()
                    try? await Task.sleep(for: .seconds(600))
                    return nil
                }))
        }
        try await withServer(handler: handler) { server, _ in
            // More than the socket holds, less than makes the producer wait.
            let reader = try RawReader(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await pulled.wait()
            async let stream = reader.readAll()
            await server.stop(deadline: .seconds(20))
            let whole = await stream
            #expect(whole.split(separator: "data: ", omittingEmptySubsequences: false).count == 21)
            #expect(whole.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("lets a running handler finish")
    func runningHandler() async throws {
        let (entered, gate) = (Gate(), Gate())
        let handler: HTTPServer.Handler = { _ in
            entered.open()
            await gate.wait()
            return HTTPResponse(body: [42])
        }
        try await withServer(handler: handler) { server, caller in
            async let reply = caller.call(HTTPCall("GET", path: "/"))
            await entered.wait()
            async let stopped: Void = server.stop(deadline: .seconds(20))
            // The listener goes first: once callers are refused, the stop is under way.
            while await failure(of: { () throws(HTTPCallFailure) in
                try await HTTPCaller(socketPath: server.configuration.socketPath).call(
                    HTTPCall("GET", path: "/", deadline: .milliseconds(50)))
            })?.code != .socketMissing { await Task.yield() }
            gate.open()
            let whole = try await reply
            #expect(whole.body == [42])
            await stopped
        }
    }

    @Test("answers 503 for a handler that never ends, once the deadline has passed")
    func hangingHandler() async throws {
        let (entered, gate, ended) = (Gate(), Gate(), Gate())
        let handler: HTTPServer.Handler = { _ in
            entered.open()
            // Deaf to cancellation, as a blocked handler is.
            await withCheckedContinuation { continuation in
                // Unstructured, so that it outlives the handler's cancellation.
                Task {
                    await gate.wait()
                    continuation.resume()
                }
            }
            ended.open()
            return HTTPResponse()
        }
        try await withServer(deadline: .milliseconds(50), handler: handler) { server, caller in
            async let reply = caller.call(HTTPCall("GET", path: "/"))
            await entered.wait()
            await server.stop(deadline: .milliseconds(50))
            let refused = try await reply
            #expect(refused.status == 503)
            gate.open()
            await ended.wait()
        }
    }

    @Test("cuts a client that does not read its stream, and one in the middle of its request")
    func deafClient() async throws {
        let sent = Atomic(0)
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent>(unfolding: {
                    sent.add(1, ordering: .relaxed)
                    return SentEvent(data: String(repeating: "x", count: 9999))
                }))
        }
        try await withServer(deadline: .milliseconds(50), handler: handler) { server, _ in
            let deaf = try RawReader(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let half = try RawReader(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            // About as much as a socket holds, so that the stream is stuck in its middle.
            while sent.load(ordering: .relaxed) < 21 { await Task.yield() }
            while server.openExchanges < 2 { await Task.yield() }
            await server.stop(deadline: .milliseconds(50))
            let stream = await deaf.readAll()
            #expect(!stream.hasSuffix("0\r\n\r\n"))
            let answer = await half.readAll()
            #expect(answer.isEmpty)
        }
    }
}
