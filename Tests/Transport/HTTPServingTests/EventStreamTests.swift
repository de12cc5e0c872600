import HTTPCalling
import Synchronization
import Testing

@testable import HTTPServing

typealias SentEvent = HTTPServing.ServerSentEvent

@Suite("Event streams", .timeLimit(.minutes(1)))
struct EventStreamTests {
    @Test("every event arrives, in order, and the stream ends when the producer ends")
    func complete() async throws {
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent> { continuation in
                    for number in 0..<2000 {
                        continuation.yield(SentEvent(id: "\(number)", event: "step", data: "line\n\(number)\r\nend\r"))
                    }
                    continuation.finish()
                })
        }
        try await withServer(handler: handler) { _, caller in
            var expected = 0
            for try await event in caller.events(HTTPCall("GET", path: "/events")) {
                #expect(event == .init(id: "\(expected)", event: "step", data: "line\n\(expected)\nend\n"))
                expected += 1
            }
            #expect(expected == 2000)
        }
    }

    @Test("a client that leaves is noticed by the heartbeat, and its producer ends")
    func clientLeaves() async throws {
        let ended = Gate()
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent> { continuation in
                    continuation.onTermination = { _ in ended.open() }
                    continuation.yield(SentEvent(data: "hello"))
                })
        }
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.heartbeat = .milliseconds(20) }
        try await withServer(configure, handler: handler) { server, caller in
            for try await event in caller.events(HTTPCall("GET", path: "/")) {
                #expect(event.data == "hello")
                #expect(server.openExchanges == 1)
                break
            }
            await ended.wait()
        }
    }

    @Test("a silent stream lives as long as its heartbeats", arguments: [true, false])
    func silence(beating: Bool) async throws {
        let silenceLimit = Duration.seconds(4)
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent>(unfolding: {
                    // Longer than the reader's patience: the silence is what is tested.
                    try? await Task.sleep(for: silenceLimit * 1.5)
                    return nil
                }))
        }
        let configure: (inout HTTPServer.Configuration) -> Void = {
            $0.heartbeat = beating ? .milliseconds(10) : .seconds(600)
        }
        try await withServer(configure, handler: handler) {
            server, _ in
            let caller = HTTPCaller(socketPath: server.configuration.socketPath, silenceLimit: silenceLimit)
            let outcome: HTTPCallFailure.Code?
            do {
                for try await _ in caller.events(HTTPCall("GET", path: "/")) {}
                outcome = nil
            } catch {
                outcome = (error as? HTTPCallFailure)?.code
            }
            #expect(outcome == (beating ? nil : .timeout))
        }
    }

    @Test("a slow reader slows the producer down, and loses nothing")
    func slowReader() async throws {
        let produced = Mutex(0)
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent>(unfolding: {
                    let number = produced.withLock {
                        $0 += 1
                        return $0
                    }
                    return number > 400 ? nil : SentEvent(data: String(repeating: "x", count: 10_000))
                }))
        }
        try await withServer(handler: handler) { server, _ in
            let reader = try RawReader(server, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            var waiting = -1
            // Once the producer stands still for a while with events left, it waits for us.
            while waiting != produced.withLock({ $0 }) {
                waiting = produced.withLock { $0 }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(produced.withLock { $0 } < 400)
            let text = await reader.readAll()
            #expect(text.count > 400 * 10_000)
            #expect(produced.withLock { $0 } == 401)
        }
    }

    @Test("an answer that is no stream is told as such, with what the server said")
    func notAStream() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse(status: 403, body: Array("no".utf8)) }
        try await withServer(handler: handler) { _, caller in
            await #expect {
                for try await _ in caller.events(HTTPCall("GET", path: "/")) {}
            } throws: {
                let failure = $0 as? HTTPCallFailure
                return failure?.code == .notAStream && failure?.reply?.status == 403
                    && failure?.reply.map { text($0.body) } == "no"
            }
        }
    }

    @Test("one event that is too long ends the stream")
    func tooLong() async throws {
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(
                events: AsyncStream<SentEvent> { continuation in
                    continuation.yield(SentEvent(data: String(repeating: "x", count: 5000)))
                })
        }
        let configure: (inout HTTPServer.Configuration) -> Void = { $0.heartbeat = .milliseconds(20) }
        try await withServer(configure, handler: handler) { _, caller in
            await #expect {
                for try await _ in caller.events(HTTPCall("GET", path: "/", replyLimit: 1000)) {}
            } throws: { ($0 as? HTTPCallFailure)?.code == .tooLong }
        }
    }
}
