import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("guests.drain")
struct DrainingTests {
    let guests = [PretendGuest(1), PretendGuest(2), PretendGuest(3, .off)]
    var world: PretendWorld { PretendWorld(guests[0], guests[1], guests[2]) }

    @Test("All that run are stopped, held, and started again by the controller's word; what was off stays off")
    func drained() throws {
        let bench = try Bench(world)
        try bench.order(.drain())
        let held = try bench.work(until: .settled)
        #expect(held.phase == .holding)
        #expect(held.guests == [guests[0].uuid, guests[1].uuid])
        #expect(held.owesStart)
        #expect(!bench.host.world.runs(guests[0].uuid) && !bench.host.world.runs(guests[1].uuid))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
        #expect(!bench.host.world.runs(guests[2].uuid))
        #expect(bench.trail == [.queued, .checking, .stopping, .holding, .releasing, .ended])
    }

    @Test("Guests are stopped in the order given")
    func ordered() throws {
        let bench = try Bench(world)
        try bench.order(.drain([guests[1].uuid, guests[0].uuid]))
        try bench.work(until: .settled)
        #expect(bench.host.world.effects == ["shutdown guest2", "shutdown guest1"])
    }

    @Test("A controller that never comes back leaves all running when the hold has run out")
    func deadMan() throws {
        let bench = try Bench(world)
        try bench.order(.drain(hold: 600))
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.time >= 1600)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
    }

    @Test("A renewal holds on for as long as it says")
    func renewed() throws {
        let bench = try Bench(world)
        try bench.order(.drain(hold: 10))
        try bench.work(until: .settled)
        let renewal = RenewParameters(controller: "c1", epoch: 5, id: "d1", holdSeconds: 5000)
        _ = try bench.desk.renew(renewal, at: bench.host.now())
        try bench.work()
        #expect(bench.host.world.time >= 6000)
    }

    @Test("One that misses its deadline ends the drain: the others start again, and it is owed its start")
    func missed() throws {
        var stubborn = guests[1]
        stubborn.shutdownTakes = 200
        let bench = try Bench(PretendWorld(guests[0], stubborn))
        try bench.order(.drain())
        let failed = try bench.work(until: .settled)
        #expect(failed.outcome == .failed)
        #expect(failed.code == CorrectionCode.shutdownDeadline.rawValue)
        #expect(failed.owesStart)
        #expect(bench.host.world.runs(guests[0].uuid))
        #expect(try bench.work().owesStart == false)
        #expect(bench.host.world.count("start guest2") == 1)
        #expect(bench.host.world.runs(stubborn.uuid))
    }

    @Test("A reboot in mid-drain starts nothing twice, and leaves all running", arguments: [1000.5, 1001.4, 1100.0])
    func reboot(at time: Double) throws {
        var world = world
        world.plans = [.init(at: time, what: .reboot(autostart: [guests[1].uuid]))]
        let bench = try Bench(world)
        try bench.order(.drain(hold: 600))
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
        #expect(bench.host.world.count("start guest1") == 1)
        #expect(bench.host.world.count("start guest2") <= 1)
        // The hold counts anew from the boot.
        #expect((600..<650).contains(bench.host.world.time))
    }

    @Test("A guest that vanished while it was held is reported, and never started")
    func vanished() throws {
        var world = world
        world.plans = [.init(at: 1100, what: .vanish(guests[0].uuid))]
        let bench = try Bench(world)
        try bench.order(.drain())
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.guestUnknown.rawValue)
        #expect(bench.host.world.count("start guest1") == 0)
        #expect(bench.host.world.runs(guests[1].uuid))
    }

    @Test("A paused guest among them refuses the drain, and nothing is stopped")
    func paused() throws {
        let bench = try Bench(PretendWorld(guests[0], PretendGuest(2, .paused)))
        try bench.order(.drain())
        #expect(try bench.work().code == CorrectionCode.paused.rawValue)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("One that does not start holds up none of the others, and stays owed")
    func doesNotStart() throws {
        var broken = guests[0]
        broken.failsToStartWith = ["note": "kept"]
        let bench = try Bench(PretendWorld(broken, guests[1]))
        try bench.order(.drain())
        try bench.work(until: .settled)
        bench.finish("d1", .commit)
        let record = try bench.work(until: .settled)
        #expect(record.code == CorrectionCode.startFailed.rawValue)
        #expect(record.owesStart)
        #expect(bench.host.world.runs(guests[1].uuid))
    }

    @Test("Guests that their host saved at its reboot go on from there when the hold ends")
    func savedAtReboot() throws {
        var world = world
        world.plans = [.init(at: 1000.5, what: .reboot(saved: [guests[0].uuid, guests[1].uuid]))]
        let bench = try Bench(world)
        try bench.order(.drain(hold: 10))
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
        #expect(bench.host.world.effects.allSatisfy { !$0.hasPrefix("drop") })
    }

    @Test("Guests that their host can't run any more end the drain at once, stay owed, and start when it can again")
    func lostKVM() throws {
        let needy = guests.prefix(2).map { guest in
            var guest = guest
            guest.needsKVM = true
            return guest
        }
        let bench = try Bench(PretendWorld(needy[0], needy[1], PretendGuest(4)))
        try bench.order(.drain())
        try bench.work(until: .settled)
        bench.host.world.hasKVM = false
        bench.finish("d1", .commit)
        let asked = bench.host.world.time
        let record = try bench.work(until: .settled)
        #expect(bench.host.world.time < asked + 20)
        #expect(record.code == CorrectionCode.startFailed.rawValue)
        #expect(record.sentence.contains("guest1, guest2: it requires KVM"))
        #expect(record.owesStart)
        #expect(bench.host.world.runs(PretendGuest.uuid(4)))
        bench.host.world.hasKVM = true
        bench.host.world.pass(100)
        // One run of `recover` starts all that are owed.
        #expect(try bench.work(until: .settled).owesStart == false)
        #expect(needy.allSatisfy { bench.host.world.runs($0.uuid) })
        #expect(bench.host.world.count("start guest1") == 1 && bench.host.world.count("start guest2") == 1)
    }

    @Test("`recover` before the hypervisor is up waits for it, and starts what is owed")
    func recoverBeforeHypervisor() throws {
        var needy = guests[0]
        needy.needsKVM = true
        let bench = try Bench(PretendWorld(needy))
        try bench.order(.drain())
        try bench.work(until: .settled)
        bench.host.world.hasKVM = false
        bench.finish("d1", .commit)
        #expect(try bench.work(until: .settled).owesStart)
        bench.host.world.hasKVM = true
        bench.host.world.carryOut(.reboot())
        bench.host.unreachable = true
        let waited = bench.host.waits
        bench.host.meanwhile = { $0.unreachable = $0.waits < waited + 10 }
        try Worker(journal: bench.journal, guests: bench.host, clock: bench.host, waiter: bench.host)
            .run(until: .settled)
        #expect(bench.record?.owesStart == false)
        #expect(bench.host.world.runs(needy.uuid))
    }

    @Test("A hold that runs out while guests are still being stopped starts those again that are down")
    func holdRunsOutWhileStopping() throws {
        var stubborn = guests[1]
        stubborn.shutdownTakes = nil
        let bench = try Bench(PretendWorld(guests[0], stubborn))
        try bench.order(.drain(hold: 30))
        let record = try bench.work(until: .settled)
        #expect(record.outcome == .failed)
        #expect(record.sentence.contains("the hold of 30 s ran out"))
        #expect(bench.host.world.runs(guests[0].uuid))
        #expect(bench.host.world.time < 1050)
    }

    @Test("One that was paused before its turn came is not asked, and ends the drain")
    func pausedBeforeItsTurn() throws {
        var world = world
        world.plans = [.init(at: 1000.5, what: .pause(guests[1].uuid))]
        let bench = try Bench(world)
        try bench.order(.drain())
        let record = try bench.work(until: .settled)
        #expect(record.code == CorrectionCode.paused.rawValue)
        #expect(bench.host.world.count("shutdown guest2") == 0)
        #expect(bench.host.world.runs(guests[0].uuid))
        #expect(!record.owesStart)
    }

    @Test("Where no manager is to be found, it is not known that nothing runs")
    func absentManager() throws {
        let bench = try Bench(world)
        bench.host.isAbsent = true
        try bench.order(.drain())
        let record = try bench.work()
        #expect(record.outcome == .refused)
        #expect(record.code == CorrectionCode.hypervisorUnreachable.rawValue)
    }

    @Test("Another manager that does not know the guests has not lost them")
    func anotherManager() throws {
        let bench = try Bench(world)
        try bench.order(.drain())
        try bench.work(until: .settled)
        bench.finish("d1", .commit)
        bench.host.isAnother = true
        let waited = bench.host.waits
        bench.host.meanwhile = { $0.isAnother = $0.waits < waited + 3 }
        try Worker(journal: bench.journal, guests: bench.host, clock: bench.host, waiter: bench.host).run()
        #expect(bench.record?.outcome == .committed)
        #expect(bench.host.world.runs(guests[0].uuid) && bench.host.world.runs(guests[1].uuid))
    }

    @Test("An order that is sent again after a renewal is known")
    func sentAgainAfterRenewal() throws {
        let bench = try Bench(world)
        try bench.order(.drain())
        try bench.work(until: .settled)
        let renewal = RenewParameters(controller: "c1", epoch: 5, id: "d1", holdSeconds: 5000)
        _ = try bench.desk.renew(renewal, at: bench.host.now())
        #expect(try bench.order(.drain()).map(\.phase) == [.holding])
    }
}
