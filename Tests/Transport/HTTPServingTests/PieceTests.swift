import HTTPCalling
import Synchronization
import Testing

@testable import HTTPServing

@Suite("A body in pieces", .timeLimit(.minutes(1)))
struct PieceTests {
    /// Pieces of many lengths, one of them empty and one longer than any buffer.
    private static let pieces: [[UInt8]] = (0..<400).map { number in
        Array(
            repeating: UInt8(truncatingIfNeeded: number), count: number == 7 ? 0 : number == 200 ? 300_000 : number * 3)
    }

    @Test("arrives whole, made while it is sent, and whole again for the next who asks")
    func whole() async throws {
        let most = Mutex(0)
        let handler: HTTPServer.Handler = { _ in
            HTTPResponse(headers: ["X-A": "b"]) {
                var rest = Self.pieces[...]
                return {
                    most.withLock { $0 += 1 }
                    return rest.popFirst()
                }
            }
        }
        try await withServer(handler: handler) { _, caller in
            for round in 1...2 {
                let reply = try await caller.call(HTTPCall("GET", path: "/"))
                #expect(reply.status == 200 && reply.header("X-A") == "b")
                #expect(reply.body == Array(Self.pieces.joined()))
                #expect(most.withLock { $0 } == round * (Self.pieces.count + 1))
            }
        }
    }

    @Test("may be empty")
    func empty() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse { { nil } } }
        try await withServer(handler: handler) { _, caller in
            let reply = try await caller.call(HTTPCall("GET", path: "/"))
            #expect(reply.status == 200 && reply.body == [])
        }
    }

    @Test("ends with a reader who takes no more of it, and nothing of it stays behind")
    func readerLeaves() async throws {
        let handler: HTTPServer.Handler = { _ in HTTPResponse { { Array(repeating: 7, count: 1 << 16) } } }
        try await withServer(handler: handler) { _, caller in
            let taken = Mutex(0)
            let failure = await #expect(throws: HTTPCallFailure.self) {
                _ = try await caller.call(HTTPCall("GET", path: "/")) { bytes in
                    taken.withLock { taken in
                        taken += bytes.count
                        return taken < 1 << 20
                    }
                }
            }
            #expect(failure?.code == .tooLong)
            #expect(taken.withLock { $0 } >= 1 << 20)
        }
    }

    @Test("goes to its reader as it comes, however long it is; an error's does not")
    func handedOn() async throws {
        let handler: HTTPServer.Handler = { request in
            HTTPResponse(status: request.path == "/no" ? 404 : 200) {
                var rest = Self.pieces[...]
                return { rest.popFirst() }
            }
        }
        try await withServer(handler: handler) { _, caller in
            let taken = Mutex<[UInt8]>([])
            var call = HTTPCall("GET", path: "/")
            call.replyLimit = 10
            let reply = try await caller.call(call) { bytes in
                taken.withLock { $0 += bytes }
                return true
            }
            #expect(reply.status == 200 && reply.body == [])
            #expect(taken.withLock { $0 } == Array(Self.pieces.joined()))
            call = HTTPCall("GET", path: "/no")
            let refused = try await caller.call(call) { _ in false }
            #expect(refused.status == 404 && refused.body == Array(Self.pieces.joined()))
        }
    }
}
