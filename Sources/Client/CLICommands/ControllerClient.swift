import ControllerAPI
import FoundationEssentials
import HTTPCalling

/// Asks the controller, and turns its errors into the command's.
struct ControllerClient: Sendable {
    private let caller: HTTPCaller

    /// - Parameter socket: the controller's.
    init(socket: String) {
        caller = HTTPCaller(socketPath: socket)
    }

    /// - Parameter deadline: long where the controller reads hosts or waits for guests before it answers.
    func get<Answer: Decodable>(
        _ route: APIRoute, _ query: [(name: String, value: String)] = [], deadline: Duration = .seconds(60)
    ) async throws(CLIFailure) -> Answer {
        try await call("GET", route, query, body: [], deadline: deadline)
    }

    func send<Answer: Decodable>(
        _ method: String, _ route: APIRoute, _ query: [(name: String, value: String)] = [],
        _ body: some Encodable, deadline: Duration = .seconds(60)
    ) async throws(CLIFailure) -> Answer {
        try await call(method, route, query, body: try Self.written(body), deadline: deadline)
    }

    /// The same as JSON, which may be longer than anybody reads as values.
    func sendForJSON(
        _ method: String, _ route: APIRoute, _ query: [(name: String, value: String)] = [],
        _ body: some Encodable, deadline: Duration
    ) async throws(CLIFailure) -> [UInt8] {
        try await self.body(
            method, route, query, body: try Self.written(body), deadline: deadline, replyLimit: Self.longestJSON)
    }

    func getJSON(
        _ route: APIRoute, _ query: [(name: String, value: String)] = [], deadline: Duration
    ) async throws(CLIFailure) -> [UInt8] {
        try await body("GET", route, query, body: [], deadline: deadline, replyLimit: Self.longestJSON)
    }

    /// Ten times what a draft has that opens a finding at each tenth of half a million guests.
    private static let longestJSON = 1 << 30

    private static func written(_ body: some Encodable) throws(CLIFailure) -> [UInt8] {
        do {
            return [UInt8](try JSONText.encoder().encode(body))
        } catch {
            throw CLIFailure(ExitCode.failed, "the request cannot be written: \(error)")
        }
    }

    /// A document that is no JSON of the API's own, as it is and as it comes.
    func document(
        _ route: APIRoute, _ query: [(name: String, value: String)], deadline: Duration = .seconds(600),
        _ take: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
    ) async throws(CLIFailure) {
        let reply: HTTPReply
        do throws(HTTPCallFailure) {
            reply = try await caller.call(
                HTTPCall("GET", path: route.rawValue, query: query, deadline: deadline), take)
        } catch {
            throw CLIFailure(ExitCode.unreachable, error.sentence, remedy: error.remedy)
        }
        try Self.check(reply)
    }

    /// A page of documents as they are stored (`?lines=true`), none of them read.
    func lines(
        _ route: APIRoute, _ query: [(name: String, value: String)]
    ) async throws(CLIFailure) -> (documents: [ArraySlice<UInt8>], end: PageEnd) {
        let body = try await body("GET", route, query + [("lines", "true")], body: [], deadline: .seconds(60))
        var lines = body.split(separator: UInt8(ascii: "\n"))
        guard let last = lines.popLast(), let end = try? JSONText.decoder().decode(PageEnd.self, from: Data(last))
        else { throw Self.strange("it has no end") }
        return (lines, end)
    }

    private static func strange(_ why: String) -> CLIFailure {
        CLIFailure(
            ExitCode.failed, "the answer of nestord is not what this nestor expects: \(why)",
            remedy: "use the nestor of the same version (nestor --version, nestor status)")
    }

    private func call<Answer: Decodable>(
        _ method: String, _ route: APIRoute, _ query: [(name: String, value: String)], body: [UInt8],
        deadline: Duration
    ) async throws(CLIFailure) -> Answer {
        let bytes = try await self.body(method, route, query, body: body, deadline: deadline)
        do {
            return try JSONText.decoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw Self.strange("\(error)")
        }
    }

    /// The body of an answer that says yes.
    private func body(
        _ method: String, _ route: APIRoute, _ query: [(name: String, value: String)], body: [UInt8],
        deadline: Duration, replyLimit: Int = 64 << 20
    ) async throws(CLIFailure) -> [UInt8] {
        let reply: HTTPReply
        do throws(HTTPCallFailure) {
            reply = try await caller.call(
                HTTPCall(
                    method, path: route.rawValue, query: query, body: body, deadline: deadline, replyLimit: replyLimit))
        } catch {
            throw CLIFailure(ExitCode.unreachable, error.sentence, remedy: error.remedy)
        }
        try Self.check(reply)
        return reply.body
    }

    private static func check(_ reply: HTTPReply) throws(CLIFailure) {
        guard reply.status == 200 else {
            if let error = try? JSONText.decoder().decode(APIError.self, from: Data(reply.body)) {
                throw CLIFailure(error, status: reply.status)
            }
            // The server's own words: one line of text.
            let words = String(decoding: reply.body.prefix(200), as: UTF8.self).split(separator: "\n").first ?? ""
            throw CLIFailure(ExitCode.failed, "nestord answered \(reply.status): \(plain(String(words)))")
        }
    }

    /// What goes on, line by line, until the event that is marked as the last one. A broken stream ends quietly: the
    /// caller asks for the state itself.
    func follow(_ name: String, _ value: String, _ show: (ProgressEvent) async -> Void) async {
        let call = HTTPCall("GET", path: APIRoute.events.rawValue, query: [(name, value)])
        do {
            for try await event in caller.events(call) {
                guard let progress = try? JSONText.decoder().decode(ProgressEvent.self, from: Data(event.data.utf8))
                else { continue }
                await show(progress)
                if progress.last { return }
            }
        } catch {
            return
        }
    }
}
