import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("A definition that can't be read")
struct UnreadDefinitionTests {
    let guest = PretendGuest(1)

    /// A bench on which the definition, or what runs, can't be read while the correction is in these phases.
    private func bench(
        _ guest: PretendGuest, hiding what: ReferenceWritableKeyPath<PretendHypervisor, Bool>,
        in phases: [CorrectionPhase]
    ) throws -> Bench {
        let bench = try Bench(PretendWorld(guest))
        bench.host.beforeCall = { [unowned bench] host, _ in
            let hides = bench.phase.map(phases.contains) ?? false
            if host[keyPath: what] != hides { host[keyPath: what] = hides }
        }
        return bench
    }

    @Test("before anything was written ends the correction, and nothing is changed")
    func defining() throws {
        let bench = try bench(guest, hiding: \.hidesDefinition, in: [.defining])
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.changeImpossible.rawValue)
        #expect(record.sentence.contains("not XML") && record.sentence.contains("nothing was changed"))
        #expect(bench.host.world.effects.isEmpty)
        #expect((1030..<1040).contains(bench.host.world.time))
    }

    @Test("after the change was written takes it back as soon as it can be read")
    func written() throws {
        let bench = try Bench(PretendWorld(guest))
        bench.host.beforeCall = { [unowned bench] host, _ in
            host.hidesDefinition = bench.phase == .defining && host.world.count("define guest1") == 1
        }
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.code == CorrectionCode.changeImpossible.rawValue)
        #expect(bench.host.world.effects == ["define guest1", "define guest1"])
        #expect(bench.host.world.guests[guest.uuid]?.definition == guest.definition)
        #expect(bench.host.world.runs(guest.uuid))
    }

    @Test("for a moment only delays", arguments: [CorrectionPhase.defining, .rollingBack])
    func moment(phase: CorrectionPhase) throws {
        let bench = try Bench(PretendWorld(guest))
        bench.host.beforeCall = { [unowned bench] host, _ in
            host.hidesDefinition = bench.phase == phase && host.waits % 20 != 19
        }
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .rollback).outcome == .rolledBack)
        #expect(bench.host.world.guests[guest.uuid]?.live == guest.definition)
    }

    @Test("on the way back ends it with what stands where, and the guest runs on")
    func rollingBack() throws {
        let bench = try bench(guest, hiding: \.hidesDefinition, in: [.rollingBack])
        try bench.order(.set(guest))
        let record = try bench.work(saying: .rollback)
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.definitionRefused.rawValue)
        #expect(record.sentence.contains("may have the change still: a definition can't be read"))
        #expect(bench.host.world.runs(guest.uuid))
        #expect(bench.host.world.count("shutdown guest1") == 1)
    }

    @Test("on the way back leaves no guest off that goes down late", arguments: [40.0, 90])
    func late(seconds: Double) throws {
        var guest = guest
        guest.shutdownTakes = seconds
        let bench = try bench(guest, hiding: \.hidesDefinition, in: [.rollingBack])
        try bench.order(.set(guest, shutdown: 25))
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.shutdownDeadline.rawValue)
        #expect(!record.owesStart)
        #expect(bench.host.world.runs(guest.uuid))
        #expect(bench.host.world.count("start guest1") == 1)
    }

    @Test(
        "of the run ends the correction, and the guest is not stopped again",
        arguments: [(true, CorrectionOutcome.failed), (false, .kept)])
    func live(exposure: Bool, outcome: CorrectionOutcome) throws {
        let guest = PretendGuest(1, exposure: exposure ? "off" : "on")
        let bench = try bench(guest, hiding: \.hidesLive, in: [.stopping, .starting])
        try bench.order(.set(guest, exposure: exposure))
        let record = try bench.work()
        #expect(record.outcome == outcome)
        #expect(record.code == CorrectionCode.checkFailed.rawValue)
        #expect(!record.owesStart)
        #expect(bench.host.world.effects == ["define guest1", "shutdown guest1", "start guest1"])
    }
}
