import FoundationEssentials
import NestingModel
import Testing

@Suite("A fact")
struct FactTests {
    private struct Report: Codable, Equatable {
        var count: Fact<Int>
        var words: Fact<[String]>
    }

    private static func decoded(_ json: String) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(json.utf8))
    }

    @Test(
        "is its value where it is known, null where it is absent, and an object with the reason where it is unknown",
        arguments: [
            (Fact.known(3), "3"), (.known(0), "0"), (.absent, "null"),
            (.unknown("no permission"), #"{"unknown":"no permission"}"#), (.unknown(""), #"{"unknown":""}"#),
        ] as [(Fact<Int>, String)])
    func coding(fact: Fact<Int>, json: String) throws {
        let report = Report(count: fact, words: .absent)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = #"{"count":\#(json),"words":null}"#
        #expect(String(decoding: try encoder.encode(report), as: UTF8.self) == text)
        #expect(try Self.decoded(text) == report)
    }

    @Test("that is missing altogether is unknown, never absent")
    func missing() throws {
        let report = try Self.decoded("{}")
        #expect(report.count.isUnknown)
        #expect(report.count != .absent)
        #expect(report.count.value == nil)
        #expect(report.count.reason == "not reported by this agent")
    }

    @Test("of another type is a fault, not a guess", arguments: [#"{"count":"3"}"#, #"{"count":[3]}"#, #"{"count":{}}"#])
    func wrongType(json: String) {
        #expect(throws: DecodingError.self) { try Self.decoded(json) }
    }

    @Test("keeps its state when its value is mapped")
    func mapping() {
        #expect(Fact.known(2).map { $0 * 2 } == .known(4))
        #expect(Fact<Int>.absent.map { $0 * 2 } == .absent)
        #expect(Fact<Int>.unknown("why").map { $0 * 2 } == .unknown("why"))
    }

    @Test("an empty list is known: nothing is there, which is another thing than not having looked")
    func emptyList() throws {
        let report = try Self.decoded(#"{"count":1,"words":[]}"#)
        #expect(report.words == .known([]))
        #expect(report.words != .absent)
    }
}

@Suite("An open enumeration")
struct OpenEnumerationTests {
    private func survives<Word: OpenEnumeration>(_ type: Word.Type) -> Bool {
        let decoded = try? JSONDecoder().decode([Word].self, from: Data(#"["from-a-newer-agent"]"#.utf8))
        return decoded == [Word.unknown]
    }

    @Test("takes a word of a newer peer as unknown, and the rest of the message stands")
    func newerWords() {
        #expect(survives(GuestState.self))
        #expect(survives(VirtualizationExtension.self))
        #expect(survives(FindingKind.self))
        #expect(survives(Setting.self))
        #expect(survives(PolicyMode.self))
        #expect(survives(Severity.self))
        #expect(survives(HostState.self))
        #expect(survives(CorrectionPhase.self))
        #expect(survives(CorrectionOutcome.self))
        #expect(survives(CorrectionVerb.self))
        #expect(survives(CorrectionVerdict.self))
        #expect(survives(RemediationState.self))
        #expect(survives(RemediationStep.self))
        #expect(survives(RemediationOutcome.self))
        #expect(survives(Verification.self))
        #expect(survives(OwningManager.self))
        #expect(survives(Disruption.self))
    }

    @Test("is no word where there is none: a number is a fault")
    func notAWord() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([HostState].self, from: Data("[1]".utf8)) }
    }

    @Test("is written as its word")
    func words() throws {
        #expect(String(decoding: try JSONEncoder().encode([HostState.agentGarbage]), as: UTF8.self) == #"["agent-garbage"]"#)
        #expect("\(HostState.agentGarbage)" == "agent-garbage")
    }
}

@Suite("Severity")
struct SeverityTests {
    @Test("rises from info to critical")
    func order() {
        #expect([Severity.critical, .info, .high, .low, .medium].sorted() == [.info, .low, .medium, .high, .critical])
    }
}
