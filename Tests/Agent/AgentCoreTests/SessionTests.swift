import AgentCore
import AgentWire
import Foundation
import NestingModel
import Testing

@Suite("A session")
struct SessionTests {
    let guest = PretendGuest(1)

    /// One answer or notification.
    struct Reply: Decodable {
        var id: Int?
        var method: String?
        var params: CorrectionRecord?
        var error: WireError?
        var raw: [UInt8] = []
        enum CodingKeys: CodingKey { case id, method, params, error }
        var code: String? { error?.data?.code }
        func result<Result: Codable & Sendable>(_ type: Result.Type) throws -> Result {
            try WireCoding.decode(WireAnswer<Result>.self, from: raw).result
        }
    }

    static let hello = #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"min":1,"max":7},"more":1}}"#

    /// Says all lines, closes, and reads what came back.
    func talk(
        _ bench: Bench, as role: SessionRole = .correct, _ lines: [String], work: Bool = false,
        giveBackMemory: @escaping () -> Void = {}
    ) throws -> [Reply] {
        let (input, output) = (Pipe(), Pipe())
        let text = lines.map { $0 + "\n" }.joined()
        let writer = Thread {
            try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        let session = Session(
            role: role, reports: ReportBuilder(host: PretendHost(), guests: PretendManager()), folder: bench.folder,
            clock: bench.host, input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor, giveBackMemory: giveBackMemory
        ) { () throws(StateFault) in
            guard work else { return }
            try Worker(
                journal: try Journal(bench.folder), guests: bench.host, clock: bench.host, waiter: bench.host
            ).run(until: .settled)
        }
        session.run()
        try output.fileHandleForWriting.close()
        let bytes = [UInt8](try output.fileHandleForReading.readToEnd() ?? Data())
        return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            var reply = try WireCoding.decode(Reply.self, from: Array(line))
            reply.raw = Array(line)
            return reply
        }
    }

    func request(_ id: Int, _ method: String, _ params: some Codable & Sendable) throws -> String {
        let line = try WireCoding.line(WireRequest(id: id, method: method, params: params))
        return String(decoding: line.dropLast(), as: UTF8.self)
    }

    func order(_ id: Int = 2, epoch: Int = 5, controller: String = "c1") throws -> String {
        try request(
            id, "correct", CorrectParameters(controller: controller, epoch: epoch, corrections: [.set(guest, hold: 50)])
        )
    }

    @Test("hello agrees on the highest version that both speak, and names what the role may do")
    func greets() throws {
        let bench = try Bench(PretendWorld(guest))
        let result = try talk(bench, as: .report, [Self.hello])[0].result(HelloResult.self)
        #expect(result.protocol == 1)
        #expect(result.methods == ["hello", "report", "corrections"])
        #expect(result.verbs.isEmpty)
        #expect(result.bootID == .known("boot-1"))
        #expect(try talk(bench, [Self.hello])[0].result(HelloResult.self).verbs == ["guest.set", "guests.drain"])
    }

    @Test("hello tells the highest epoch that was seen, to either role, and none where no controller is known")
    func epoch() throws {
        let bench = try Bench(PretendWorld(guest))
        func told(_ role: SessionRole) throws -> Int? {
            try talk(bench, as: role, [Self.hello])[0].result(HelloResult.self).epoch
        }
        #expect(try told(.report) == 5)
        _ = try talk(bench, [Self.hello, order(epoch: 9)])
        #expect(try [told(.report), told(.correct)] == [9, 9])
        try DurableFile.write(Array("{".utf8), to: "\(bench.path)/state/controller.json")
        #expect(try told(.report) == nil)
        try bench.folder.forgetEnrolment()
        #expect(try told(.report) == nil)
    }

    static let wrongLines: [(String, String)] = [
        ("nonsense", "parse"), ("[1]", "invalid-request"), (#"{"id":"x","method":"report"}"#, "invalid-request"),
        (#"{"id":5}"#, "invalid-request"), (#"{"id":5,"method":"shell"}"#, "unknown-method"),
        (#"{"id":5,"method":"correct","params":{}}"#, "invalid-parameters"),
        (#"{"id":5,"method":"finish"}"#, "invalid-parameters"), (hello, "hello-first"),
        (String(repeating: "[", count: 100_000), "parse"),
    ]

    @Test("Each wrong line gets its own code, and the session goes on", arguments: wrongLines)
    func wrong(line: String, code: String) throws {
        let bench = try Bench(PretendWorld(guest))
        let replies = try talk(bench, [Self.hello, line, #"{"id":9,"method":"report"}"#])
        try #require(replies.count == 3)
        #expect(replies[1].code == code)
        #expect(try replies[2].result(ReportResult.self).unchanged == false)
    }

    @Test("Nothing is answered before hello")
    func helloFirst() throws {
        let bench = try Bench(PretendWorld(guest))
        #expect(try talk(bench, [order()]).map(\.code) == ["hello-first"])
        #expect(try bench.journal.content().entries.isEmpty)
    }

    @Test("No common version ends the session")
    func mismatch() throws {
        let bench = try Bench(PretendWorld(guest))
        let line = #"{"id":1,"method":"hello","params":{"protocol":{"min":8,"max":9}}}"#
        #expect(try talk(bench, [line, Self.hello]).map(\.code) == ["protocol-mismatch"])
    }

    @Test("A line longer than the limit ends the session")
    func tooLong() throws {
        let bench = try Bench(PretendWorld(guest))
        let long = String(repeating: "x", count: WireLimits.line + 2)
        #expect(try talk(bench, [Self.hello, long, Self.hello]).map(\.code) == [nil, "invalid-request"])
    }

    @Test("A known digest gets a short answer")
    func unchanged() throws {
        let bench = try Bench(PretendWorld(guest))
        let first = try talk(bench, as: .report, [Self.hello, request(2, "report", ReportParameters())])[1]
        let digest = try first.result(ReportResult.self).digest
        let second = try talk(
            bench, as: .report, [Self.hello, request(2, "report", ReportParameters(lastDigest: digest))])[1]
        #expect(try second.result(ReportResult.self).unchanged)
        #expect(second.raw.count < 200)
    }

    @Test("Memory is given back after each report, not after other answers")
    func givesMemoryBack() throws {
        let bench = try Bench(PretendWorld(guest))
        var times = 0
        let reports = try [2, 3].map { try request($0, "report", ReportParameters()) }
        let replies = try talk(bench, as: .report, [Self.hello, #"{"id":9,"method":"corrections"}"#] + reports) {
            times += 1
        }
        #expect(replies.count == 4)
        #expect(times == 2)
    }

    @Test("A reporting session corrects nothing")
    func role() throws {
        let bench = try Bench(PretendWorld(guest))
        let finish = try request(3, "finish", FinishParameters(controller: "c1", epoch: 5, id: "k1", verdict: .commit))
        let renew = try request(4, "renew", RenewParameters(controller: "c1", epoch: 5, id: "k1", holdSeconds: 5))
        let replies = try talk(bench, as: .report, [Self.hello, order(), finish, renew], work: true)
        #expect(replies.dropFirst().map(\.code) == ["role-refused", "role-refused", "role-refused"])
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("A stranger and a lower epoch are refused")
    func strangers() throws {
        let bench = try Bench(PretendWorld(guest))
        let replies = try talk(bench, [Self.hello, order(controller: "c2"), order(3, epoch: 4)], work: true)
        #expect(replies.dropFirst().map(\.code) == ["controller-unknown", "epoch-stale"])
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("A notification is neither answered nor acted on")
    func notification() throws {
        let bench = try Bench(PretendWorld(guest))
        let silent = try order().replacing("\"id\":2,", with: "")
        #expect(try talk(bench, [Self.hello, silent], work: true).count == 1)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("An order is accepted, then each of its phases is told once")
    func progress() throws {
        let bench = try Bench(PretendWorld(guest))
        let replies = try talk(bench, [Self.hello, order()], work: true)
        #expect(try replies[1].result(CorrectResult.self).corrections.map(\.phase) == [.queued])
        let told = replies.dropFirst(2).compactMap(\.params?.phase)
        #expect(told == [.checking, .defining, .stopping, .starting, .awaitingVerdict])
    }

    @Test("What was left open is worked on when a session starts, whatever its role")
    func recovery() throws {
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        _ = try talk(bench, as: .report, [Self.hello], work: true)
        #expect(bench.record?.phase == .awaitingVerdict)
    }

    @Test("A reconnected controller finds its corrections, and follows them from there")
    func reconnected() throws {
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        try bench.work(until: .settled)
        let finish = try request(3, "finish", FinishParameters(controller: "c1", epoch: 5, id: "k1", verdict: .commit))
        let ask = try request(2, "corrections", CorrectionsParameters(ids: ["k1"], follow: true))
        let replies = try talk(bench, [Self.hello, ask, finish], work: true)
        #expect(try replies[1].result(CorrectionsResult.self).corrections.map(\.phase) == [.awaitingVerdict])
        #expect(try replies[2].result(CorrectionResult.self).correction.id == "k1")
        #expect(replies.dropFirst(3).compactMap(\.params?.outcome) == [.committed])
    }
}
