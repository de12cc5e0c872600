import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("A disk that can't be written")
struct FullDiskTests {
    let guests = [PretendGuest(1), PretendGuest(2)]

    /// Works on a disk that is full from the first shutdown on, until `isEnough`.
    /// - Returns: whether that came before everybody lost patience.
    private func workOnFullDisk(
        _ bench: Bench, saying verdict: CorrectionVerdict? = nil, isEnough: @escaping () -> Bool
    ) throws -> Bool {
        var wasFull = false
        var wasEnough = false
        try bench.work(saying: verdict) { [unowned bench] in
            if !wasFull, bench.host.world.effects.contains(where: { $0.hasPrefix("shutdown") }) {
                wasFull = true
                bench.isDiskFull = true
            } else if bench.isDiskFull {
                wasEnough = isEnough()
                if wasEnough || bench.host.world.time > 5000 { bench.isDiskFull = false }
            }
        }
        return wasEnough
    }

    @Test("does not keep a guest off that goes down meanwhile, and its correction goes on from what is seen then")
    func setGuest() throws {
        let bench = try Bench(PretendWorld(guests[0]))
        try bench.order(.set(guests[0]))
        let started = try workOnFullDisk(bench, saying: .commit) { [unowned bench] in
            bench.host.world.count("start guest1") == 1 && bench.host.world.time < 1020
        }
        #expect(started)
        #expect(bench.record?.outcome == .committed)
        #expect(bench.host.world.effects == ["define guest1", "shutdown guest1", "start guest1"])
    }

    @Test("keeps trying a guest that does not start, not too often")
    func throttled() throws {
        var guest = guests[0]
        guest.failsToStartWith = ["note": "kept"]
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        _ = try workOnFullDisk(bench) { [unowned bench] in
            guard bench.host.world.time > 1100 else { return false }
            bench.host.world.guests[guest.uuid]?.failsToStartWith = [:]
            return true
        }
        let tried = bench.host.startsTried.filter { $0 < 1100 }
        #expect((5...11).contains(tried.count))
        for (one, next) in zip(tried, tried.dropFirst()) { #expect(next - one >= 10) }
        #expect(bench.host.world.runs(guest.uuid))
    }

    @Test("lets a hold keep its guests down, and ends it in time")
    func drain() throws {
        let bench = try Bench(PretendWorld(guests[0], guests[1]))
        try bench.order(.drain(hold: 600))
        let passed = try workOnFullDisk(bench) { [unowned bench] in bench.host.world.count("start guest1") == 1 }
        #expect(passed)
        #expect(bench.host.startsTried.allSatisfy { (1600..<1620).contains($0) })
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
        #expect(bench.host.world.count("start guest1") == 1)
    }

    @Test("does not hold up what the controller ended before")
    func verdict() throws {
        let bench = try Bench(PretendWorld(guests[0], guests[1]))
        try bench.order(.drain(hold: 600))
        try bench.work(until: .settled)
        #expect(bench.phase == .holding)
        bench.finish("d1", .commit)
        bench.isDiskFull = true
        #expect(throws: StateFault.self) { try bench.work(until: .settled) }
        #expect(bench.host.world.time < 1100)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
        #expect(bench.phase == .holding)
        bench.isDiskFull = false
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.count("start guest1") == 1 && bench.host.world.count("start guest2") == 1)
    }

    @Test("ends `recover` with its fault, once what is owed a start runs", arguments: [true, false])
    func recover(reboots: Bool) throws {
        var world = PretendWorld(guests[0])
        if reboots { world.plans = [.init(at: 1000.6, what: .reboot())] }
        let bench = try Bench(world)
        try bench.order(.set(guests[0]))
        let fault = #expect(throws: StateFault.self) {
            try bench.work(until: .settled) { [unowned bench] in
                if bench.host.world.count("shutdown guest1") == 1 { bench.isDiskFull = true }
            }
        }
        #expect(fault?.code == .unwritable)
        #expect(bench.host.world.runs(guests[0].uuid))
        #expect(bench.host.world.count("start guest1") == 1)
    }

    @Test("ends `recover` at once where nothing is owed")
    func nothingOwed() throws {
        let bench = try Bench(PretendWorld(guests[0]))
        try bench.order(.set(guests[0]))
        bench.isDiskFull = true
        #expect(throws: StateFault.self) { try bench.work(until: .settled) }
        #expect(bench.host.world.time == 1000)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("takes a guest back to its own definition before it is started on the way back")
    func rollingBack() throws {
        var guest = guests[0]
        guest.failsToStartWith = ["exposure": "on"]
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        bench.host.beforeCall = { [unowned bench] _, _ in if bench.phase == .rollingBack { bench.isDiskFull = true } }
        #expect(throws: StateFault.self) { try bench.work(until: .settled) }
        #expect(bench.host.world.guests[guest.uuid]?.live == guest.definition)
    }

    @Test(
        "does not start what was seen to leave, when its manager has forgotten that, nor once the disk has room again")
    func left() throws {
        var world = PretendWorld(guests[0])
        world.plans = [.init(at: 1000.6, what: .leave(guests[0].uuid)), .init(at: 1050, what: .restartManager)]
        let bench = try Bench(world)
        try bench.order(.set(guests[0]))
        let passed = try workOnFullDisk(bench) { [unowned bench] in bench.host.world.time > 1100 }
        #expect(passed)
        #expect(bench.host.startsTried.isEmpty)
        #expect(bench.record?.code == CorrectionCode.guestUnknown.rawValue)
    }
}
