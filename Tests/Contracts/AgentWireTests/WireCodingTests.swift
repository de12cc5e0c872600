import AgentWire
import FoundationEssentials
import NestingModel
import Testing

@Suite("The wire")
struct WireCodingTests {
    private func decoded<Message: Decodable>(_ type: Message.Type, _ text: String) throws -> Message {
        try WireCoding.decode(type, from: Array(text.utf8))
    }

    private func line(_ message: some Encodable) throws -> String {
        String(decoding: try WireCoding.line(message), as: UTF8.self)
    }

    @Test("a message is one line with sorted keys, whatever is in it")
    func oneLine() throws {
        let request = WireRequest(id: 7, method: "report", params: ReportParameters(lastDigest: "a\nb/\u{2028}"))
        #expect(
            try line(request)
                == "{\"id\":7,\"jsonrpc\":\"2.0\",\"method\":\"report\",\"params\":{\"lastDigest\":\"a\\nb/\u{2028}\"}}\n"
        )
    }

    @Test("a notification has no id, and an unchanged report no report")
    func leftOut() throws {
        #expect(
            try line(WireRequest(id: nil, method: "progress", params: ReportParameters()))
                == "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{}}\n")
        #expect(
            try line(ReportResult(unchanged: true, digest: "d", report: nil))
                == "{\"digest\":\"d\",\"unchanged\":true}\n")
    }

    @Test("fields that a newer peer added are ignored, at every depth")
    func unknownFields() throws {
        let text = """
            {"id":1,"jsonrpc":"2.0","new":[1],"result":{"protocol":1,"later":{"x":1},"role":"report","methods":["hello","dance"],\
            "verbs":[],"bootID":null,"agent":{"version":"9","protocol":1,"platform":"p","more":true}}}
            """
        let result = try decoded(WireAnswer<HelloResult>.self, text).result
        #expect(result.agent == AgentIdentity(version: "9", protocol: 1, platform: "p"))
        #expect(result.methods == ["hello", "dance"])
        #expect(result.bootID == .absent)
        #expect(result.epoch == nil)
        #expect(try !line(result).contains("epoch"))
    }

    @Test("a code that this build does not know is kept, and its number says enough")
    func unknownCode() throws {
        let text = #"{"id":1,"error":{"code":-32000,"message":"no","data":{"code":"tomorrow"}}}"#
        let header = try decoded(WireHeader.self, text)
        #expect(header.error?.data?.code == "tomorrow")
        #expect(header.error?.code == -32000)
        #expect(WireErrorCode(rawValue: "tomorrow") == nil)
    }

    @Test("error codes have JSON-RPC's numbers, and round-trip", arguments: WireErrorCode.allCases)
    func errorCodes(code: WireErrorCode) throws {
        let failure = WireFailure(id: nil, error: WireError(code, "no", remedy: "do"))
        let back = try WireCoding.decode(WireFailure.self, from: try WireCoding.line(failure))
        #expect(back.error == failure.error)
        #expect(back.error.data?.code == code.rawValue)
        #expect((-32768 ... -32000).contains(back.error.code))
    }

    @Test(
        "the highest version that both speak is chosen, and none where there is none",
        arguments: [
            (1, 1, 1, 1, 1), (1, 3, 2, 5, 3), (2, 5, 1, 3, 3), (1, 1, 2, 2, nil), (3, 4, 1, 2, nil), (1, 9, 4, 4, 4),
        ] as [(Int, Int, Int, Int, Int?)])
    func versions(min: Int, max: Int, otherMin: Int, otherMax: Int, agreed: Int?) {
        let ours = ProtocolRange(min: min, max: max)
        let theirs = ProtocolRange(min: otherMin, max: otherMax)
        #expect(ours.agreed(with: theirs) == agreed)
        #expect(theirs.agreed(with: ours) == agreed)
    }

    @Test(
        "what is no message is refused, and never taken for one",
        arguments: ["", "7", "[]", "{", "\"x\"", #"{"id":"one"}"#, #"{"id":1.5}"#, "\u{0}", "Welcome to Debian"])
    func garbage(text: String) {
        #expect(throws: (any Error).self) { try decoded(WireHeader.self, text) }
    }

    @Test("a verb that an older agent does not know reaches it as unknown, not as another one")
    func unknownVerb() throws {
        let text = """
            {"controller":"c","epoch":1,"corrections":[{"id":"x","verb":"guest.vanish","guests":[],"shutdownSeconds":1,\
            "startSeconds":1,"holdSeconds":1}]}
            """
        let parameters = try? decoded(CorrectParameters.self, text)
        #expect(parameters == nil || parameters?.corrections.first?.verb == .unknown)
    }
}
