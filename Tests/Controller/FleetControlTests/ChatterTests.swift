import AgentWire
import NestingModel
import SecureShell
import Testing

@testable import FleetControl

@Suite("An agent that talks of what nobody asked")
struct ChatterTests {
    /// A bit more than half of what may come unasked.
    private static let half = String(repeating: "x", count: 600_000)

    private static func progress(_ id: String, _ sentence: String = "") throws -> [UInt8] {
        let record = CorrectionRecord(
            id: id, verb: .setGuest, guests: [], phase: .defining, sentence: sentence)
        return try WireCoding.line(WireRequest(id: nil, method: progressNotification, params: record))
    }

    private static func other() throws -> [UInt8] {
        try WireCoding.line(WireRequest(id: nil, method: "weather", params: ["today": half]))
    }

    private func connect(_ lines: [[UInt8]]) async throws -> AgentConnection {
        let hop = Hop(
            name: "rack7", address: "10.0.0.7", port: 22, user: "root", hostKeys: [],
            key: PrivateKey(text: "correct"))
        return try await AgentConnection.open(
            Chatterbox(lines), route: Route(hops: [hop]), path: rack7, role: .correct, deadline: .seconds(60))
    }

    @Test(
        "of other corrections or of other things is an agent-flood, long before the deadline", arguments: [true, false])
    func flood(_ ofCorrections: Bool) async throws {
        let line = try ofCorrections ? Self.progress("other", Self.half) : Self.other()
        // More than it may say, and an end, so that this test ends without the bound.
        let connection = try await connect(Array(repeating: line, count: 8))
        let error = await #expect(throws: AgentFailure.self) {
            try await connection.nextProgress(of: "c1", deadline: .seconds(60))
        }
        #expect(error?.state == .agentFlood)
        #expect(error?.sentence.contains("'c1'") == true)
        #expect(await connection.isBroken)
    }

    @Test("may say as much again after each word that was waited for")
    func freshAllowance() async throws {
        let rounds = 5
        let connection = try await connect(
            try (0..<rounds).flatMap { [try Self.other(), try Self.progress("c1", "\($0)")] })
        for round in 0..<rounds {
            let record = try await connection.nextProgress(of: "c1", deadline: .seconds(60))
            #expect(record.sentence == "\(round)")
        }
        #expect(await !connection.isBroken)
    }
}

/// An agent that greets, and then says its lines without being asked.
private struct Chatterbox: SecureShellConnector, SecureShellSession {
    private let channel: Voice

    init(_ lines: [[UInt8]]) { channel = Voice(lines) }

    func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession { self }
    func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        HostKey(type: "ssh-ed25519", base64: "AAAA")
    }
    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel { channel }
    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {}
    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? { nil }
    func close() async {}

    private actor Voice: SecureShellChannel {
        private var lines: [[UInt8]]

        init(_ lines: [[UInt8]]) { self.lines = lines }

        func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {
            let greeting = HelloResult(
                protocol: 1, agent: AgentIdentity(version: "0.1.0", protocol: 1, platform: "linux-x86_64"),
                role: .correct, methods: [], verbs: [], bootID: .known("boot-1"))
            guard let line = try? WireCoding.line(WireAnswer(id: 1, result: greeting)) else { return }
            lines.insert(line, at: 0)
        }

        func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
            guard !lines.isEmpty else { throw SSHFailure(.timeout, hop: "rack7", "silent") }
            return Array(lines.removeFirst().dropLast())
        }

        func finishWriting(deadline: Duration) async throws(SSHFailure) {}
        func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? { 0 }
        func standardError() async -> String { "" }
        func close() async {}
    }
}
