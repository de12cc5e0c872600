import AgentCore
import AgentWire
import NestingModel
import Testing

/// A guest that moved away leaves a definition, which its manager tells from a guest that is off only until it restarts.
@Suite("A guest that was seen to leave is never started, though its manager forgets that it left")
struct LeftBehindTests {
    let guest = PretendGuest(1)

    private func world(_ guest: PretendGuest, leavesAt time: Double) -> PretendWorld {
        var world = PretendWorld(guest, PretendGuest(2))
        world.plans = [.init(at: time, what: .leave(guest.uuid)), .init(at: time + 10, what: .restartManager)]
        return world
    }

    private func isNeverStarted(_ bench: Bench) throws {
        #expect(bench.host.world.guests[guest.uuid]?.hasLeft == false)
        #expect(!bench.host.world.runs(guest.uuid))
        #expect(bench.host.world.count("start guest1") == 0)
        #expect(try bench.journal.content().entries.last?.duties.first?.gone == true)
        #expect(bench.host.world.runs(PretendGuest.uuid(2)))
    }

    @Test("while it was asked to go down for a drain")
    func drained() throws {
        let bench = try Bench(world(guest, leavesAt: 1000.6))
        try bench.order(.drain(hold: 60))
        #expect(try bench.work().code == CorrectionCode.guestUnknown.rawValue)
        try isNeverStarted(bench)
    }

    @Test("while it was owed a start by a correction that has ended")
    func owed() throws {
        var stubborn = guest
        stubborn.shutdownTakes = nil
        let bench = try Bench(world(stubborn, leavesAt: 1200))
        try bench.order(.set(stubborn, shutdown: 25))
        try bench.work(until: .settled)
        #expect(bench.record?.owesStart == true)
        #expect(try bench.work().owesStart == false)
        bench.host.world.pass(20)
        try bench.work()
        try isNeverStarted(bench)
    }

    @Test("while it was asked to go down for its change")
    func changed() throws {
        let bench = try Bench(world(guest, leavesAt: 1000.6))
        try bench.order(.set(guest))
        #expect(try bench.work().code == CorrectionCode.guestUnknown.rawValue)
        bench.host.world.pass(20)
        try bench.work()
        try isNeverStarted(bench)
    }
}
