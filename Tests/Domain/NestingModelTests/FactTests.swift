import FoundationEssentials
import NestingModel
import Testing

@Suite("A fact")
struct FactTests {
    private struct Holder: Codable, Equatable {
        var memory: Fact<Int>
        var name: Fact<String>
        var vcpus: Fact<VCPUFacts>
        var engines: Fact<[GuestEngine]>
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test(
        "is its value, null, or an object with the reason; a missing one is unknown",
        arguments: [
            (#"{"memory":4}"#, .known(4)), (#"{"memory":null}"#, .absent),
            (#"{"memory":{"unknown":"no file"}}"#, .unknown("no file")),
            ("{}", .unknown("not reported by this agent")),
        ] as [(String, Fact<Int>)])
    func forms(text: String, fact: Fact<Int>) throws {
        #expect(try decoded(Holder.self, text).memory == fact)
    }

    @Test("comes back as it was written, in all its forms, also where its value is an object")
    func roundTrip() throws {
        for holder in [
            Holder(
                memory: .known(0), name: .known(""), vcpus: .known(VCPUFacts(current: .absent, maximum: .known(2))),
                engines: .known([.kvm])),
            Holder(memory: .absent, name: .absent, vcpus: .absent, engines: .absent),
            Holder(memory: .unknown("a"), name: .unknown(""), vcpus: .unknown("c"), engines: .unknown("d")),
        ] {
            #expect(try decoded(Holder.self, try encoded(holder)) == holder)
        }
        #expect(
            try encoded(Holder(memory: .known(1), name: .absent, vcpus: .unknown("r"), engines: .known([])))
                == #"{"engines":[],"memory":1,"name":null,"vcpus":{"unknown":"r"}}"#)
    }

    @Test(
        "of another kind than it should be is an error, and never a known value",
        arguments: [#"{"memory":"4"}"#, #"{"memory":{"unknown":4}}"#, #"{"memory":[]}"#, #"{"memory":{}}"#])
    func wrongKind(text: String) {
        #expect(throws: DecodingError.self) { try decoded(Holder.self, text) }
    }

    @Test("shows itself so that none and unknown are never confused")
    func description() {
        #expect("\(Fact.known(4))" == "4")
        #expect("\(Fact<Int>.absent)" == "none")
        #expect("\(Fact<Int>.unknown("no file"))" == "unknown (no file)")
        #expect(Fact<Int>.unknown("x").map { $0 + 1 } == .unknown("x"))
    }

    @Test("a word that this build does not know is unknown, in every enumeration of the wire")
    func openEnumerations() throws {
        func check<Word: OpenEnumeration>(_ type: Word.Type) throws {
            #expect(try decoded([Word].self, #"["tomorrow's word"]"#) == [.unknown], "\(type)")
            #expect(throws: DecodingError.self, "\(type)") { try decoded([Word].self, "[7]") }
        }
        for type in [
            GuestState.self, GuestEngine.self, OwningManager.self, CPUVendor.self, VirtualizationExtension.self,
            SecondLevelPaging.self, HypervisorVendor.self, ModuleState.self, CorrectionVerb.self, CorrectionPhase.self,
            CorrectionOutcome.self, CorrectionVerdict.self, HostState.self, FindingKind.self, FindingState.self,
            Setting.self, DriftCause.self, Disruption.self, RemediationStep.self, RemediationState.self,
            RemediationOutcome.self, Verification.self, PolicyMode.self, Severity.self,
        ] as [any OpenEnumeration.Type] {
            try check(type)
        }
    }
}
