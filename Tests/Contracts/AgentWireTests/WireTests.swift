import AgentWire
import FoundationEssentials
import NestingModel
import Testing

@Suite("The wire")
struct WireTests {
    private func decoded<Message: Decodable>(_ type: Message.Type, _ json: String) throws -> Message {
        try WireCoding.decode(type, from: Array(json.utf8))
    }

    @Test("a message is one line, whatever is in it, and the same message is the same bytes")
    func oneLine() throws {
        let request = WireRequest(
            id: 7, method: "correct",
            params: CorrectParameters(
                controller: "a\nb\u{2028}\"/", epoch: 3,
                corrections: [
                    CorrectionRequest(
                        id: "1", verb: .setGuest, guest: "g", change: GuestChange(exposure: true), shutdownSeconds: 1,
                        startSeconds: 2, holdSeconds: 3)
                ]))
        let line = try WireCoding.line(request)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(try WireCoding.line(request) == line)
        let back = try WireCoding.decode(WireRequest<CorrectParameters>.self, from: Array(line.dropLast()))
        #expect(back.params == request.params)
        #expect((back.jsonrpc, back.id, back.method) == ("2.0", 7, "correct"))
    }

    @Test("fields that a reader does not know are passed over, at every depth")
    func unknownFields() throws {
        let header = try decoded(
            WireHeader.self, #"{"jsonrpc":"2.0","id":1,"method":"report","trace":{"a":[1]},"params":{"x":1}}"#)
        #expect((header.id, header.method) == (1, "report"))
        let finish = try decoded(
            WireRequest<FinishParameters>.self,
            #"""
            {"jsonrpc":"2.0","id":2,"method":"finish","urgent":true,"params":
            {"controller":"c","epoch":1,"id":"x","verdict":"commit","reason":"newer"}}
            """#.replacing("\n", with: ""))
        #expect(finish.params == FinishParameters(controller: "c", epoch: 1, id: "x", verdict: .commit))
        let answer = try decoded(
            WireAnswer<CorrectionResult>.self,
            #"""
            {"id":2,"result":{"more":1,"correction":{"id":"x","verb":"guest.teleport","guests":[],"phase":"thinking",
            "sentence":"","remedy":"","owesStart":false,"eta":9}}}
            """#.replacing("\n", with: "").replacing(#"{"id":2"#, with: #"{"jsonrpc":"2.0","id":2"#))
        #expect(answer.result.correction.verb == .unknown)
        #expect(answer.result.correction.phase == .unknown)
    }

    @Test("a refusal is told by its code, and an unknown one does not spoil the answer")
    func refusals() throws {
        for code in WireErrorCode.allCases {
            let line = try WireCoding.line(WireFailure(id: 1, error: WireError(code, "why", remedy: "do")))
            let error = try #require(try WireCoding.decode(WireHeader.self, from: Array(line.dropLast())).error)
            #expect(error.data?.code == code.rawValue)
            #expect(error.code == code.number)
            #expect(error.data?.remedy == "do")
        }
        let newer = try decoded(
            WireHeader.self, #"{"id":1,"error":{"code":-32050,"message":"m","data":{"code":"moon-phase","why":[]}}}"#)
        #expect(newer.error?.data?.code == "moon-phase")
        #expect(WireErrorCode(rawValue: "moon-phase") == nil)
        let bare = try decoded(WireHeader.self, #"{"id":null,"error":{"code":-32700,"message":"m"}}"#)
        #expect(bare.id == nil && bare.error?.data == nil)
    }

    @Test(
        "what is no message is a fault",
        arguments: ["", "{", "[]x", "Welcome to Debian", #"{"id":"seven"}"#, #"{"method":7}"#, "\u{0}"])
    func garbage(text: String) {
        #expect(throws: (any Error).self) { try decoded(WireHeader.self, text) }
    }

    @Test(
        "two peers speak the highest version that both know, or none",
        arguments: [
            (1...1, 1...1, 1), (1...3, 2...5, 3), (2...2, 1...9, 2), (1...1, 2...2, nil), (3...4, 1...2, nil),
            (1...4, 4...6, 4),
        ] as [(ClosedRange<Int>, ClosedRange<Int>, Int?)])
    func versions(one: ClosedRange<Int>, other: ClosedRange<Int>, agreed: Int?) {
        let (one, other) = (
            ProtocolRange(min: one.lowerBound, max: one.upperBound),
            ProtocolRange(min: other.lowerBound, max: other.upperBound)
        )
        #expect(one.agreed(with: other) == agreed)
        #expect(other.agreed(with: one) == agreed)
    }

    @Test("a range that is upside down agrees with nobody")
    func upsideDown() {
        #expect(ProtocolRange(min: 5, max: 1).agreed(with: ProtocolRange(min: 1, max: 5)) == nil)
    }

    @Test("hello says what this build speaks, as PROTOCOL.md has it")
    func hello() throws {
        let line = try WireCoding.line(WireRequest(id: 1, method: WireMethod.hello.rawValue, params: HelloParameters()))
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(#""protocol":{"max":1,"min":1}"#), "\(text)")
    }

    @Test("dates are ISO 8601, whole seconds, in UTC")
    func dates() throws {
        let line = try WireCoding.line([Date(timeIntervalSince1970: 1_700_000_000)])
        #expect(String(decoding: line, as: UTF8.self) == "[\"2023-11-14T22:13:20Z\"]\n")
    }

    @Test("an unchanged host is answered in less than 300 bytes")
    func unchangedIsShort() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let question = try WireCoding.line(
            WireRequest(id: 1_000_000, method: WireMethod.report.rawValue, params: ReportParameters(lastDigest: digest)))
        let answer = try WireCoding.line(
            WireAnswer(id: 1_000_000, result: ReportResult(unchanged: true, digest: digest, report: nil)))
        #expect(question.count + answer.count <= 300)
    }
}
