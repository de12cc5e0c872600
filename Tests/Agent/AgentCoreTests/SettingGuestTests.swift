import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("guest.set")
struct SettingGuestTests {
    @Test("A running guest is defined once, restarted once, and committed by its controller")
    func committed() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        let record = try bench.work(saying: .commit)
        #expect(record.outcome == .committed)
        #expect(bench.host.world.effects == ["define guest1", "shutdown guest1", "start guest1"])
        #expect(bench.host.world.guests[guest.uuid]?.live?["exposure"] == "on")
        #expect(bench.trail == [.queued, .checking, .defining, .stopping, .starting, .awaitingVerdict, .ended])
    }

    @Test("A guest that is off is defined, and stays off")
    func off() throws {
        let guest = PretendGuest(1, .off)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.effects == ["define guest1"])
    }

    @Test("A guest that already is as asked is not touched")
    func already() throws {
        let guest = PretendGuest(1, exposure: "on")
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        #expect(try bench.work().outcome == .committed)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("A definition that is right while the run is older only wants the restart")
    func restartOnly() throws {
        let guest = PretendGuest(1, exposure: "on")
        var world = PretendWorld(guest)
        world.guests[guest.uuid]?.live?["exposure"] = "off"
        let bench = try Bench(world)
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.effects == ["shutdown guest1", "start guest1"])
        #expect(bench.record?.restarted == true)
    }

    @Test("A guest that runs with the change while its definition lacks it is defined, and told as not restarted")
    func definitionOnly() throws {
        let guest = PretendGuest(1, exposure: "off")
        var world = PretendWorld(guest)
        world.guests[guest.uuid]?.live?["exposure"] = "on"
        let bench = try Bench(world)
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.effects == ["define guest1"])
        #expect(bench.record?.restarted == false)
    }

    @Test("A controller that says rollback gets the old definition and a run of it")
    func rolledBack() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .rollback).outcome == .rolledBack)
        let after = try #require(bench.host.world.guests[guest.uuid])
        #expect(after.definition == guest.definition)
        #expect(after.live == guest.definition)
        #expect(bench.host.world.count("define guest1") == 2)
        #expect(bench.host.world.count("start guest1") == 2)
    }

    @Test("Other people's edits stay when ours are taken back")
    func editsStay() throws {
        let guest = PretendGuest(1)
        var world = PretendWorld(guest)
        world.plans = [.init(at: 1001.5, what: .edit(guest.uuid, key: "note", value: "edited"))]
        let bench = try Bench(world)
        try bench.order(.set(guest))
        try bench.work(saying: .rollback)
        let after = try #require(bench.host.world.guests[guest.uuid])
        #expect(after.definition["note"] == "edited")
        #expect(after.definition["exposure"] == "off")
        #expect(after.definition["secret"] == "hidden")
    }

    @Test("A controller that never comes back leaves the change, and the guest running")
    func kept() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        #expect(try bench.work().outcome == .kept)
        #expect(bench.host.world.runs(guest.uuid))
        #expect(bench.host.world.time >= 1300)
    }

    @Test("A guest that misses its shutdown deadline gets its definition back, and no cut power")
    func missed() throws {
        var guest = PretendGuest(1)
        guest.shutdownTakes = nil
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, shutdown: 25))
        let record = try bench.work(until: .settled)
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.shutdownDeadline.rawValue)
        #expect(record.owesStart)
        #expect(bench.host.world.count("shutdown guest1") == 3)
        #expect(bench.host.world.count("cut guest1") == 0)
        #expect(bench.host.world.guests[guest.uuid]?.definition == guest.definition)
        #expect(bench.host.world.runs(guest.uuid))
    }

    @Test("A guest that goes down after its deadline is started again all the same")
    func late() throws {
        var guest = PretendGuest(1)
        guest.shutdownTakes = 90
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, shutdown: 25))
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(!record.owesStart)
        #expect(bench.host.world.count("start guest1") == 1)
        #expect(bench.host.world.guests[guest.uuid]?.live == guest.definition)
    }

    @Test("A person's word releases the duty to start")
    func released() throws {
        var guest = PretendGuest(1)
        guest.shutdownTakes = nil
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, shutdown: 25))
        try bench.work(until: .settled)
        bench.finish("k1", .commit)
        #expect(try bench.work().owesStart == false)
    }

    @Test("Power is cut at the deadline where the policy consents")
    func cut() throws {
        var guest = PretendGuest(1)
        guest.shutdownTakes = nil
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, consent: CorrectionConsent(cutPower: true), shutdown: 25))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.count("cut guest1") == 1)
    }

    @Test("A guest that does not start with the change runs again without it")
    func doesNotStart() throws {
        var guest = PretendGuest(1)
        guest.failsToStartWith = ["exposure": "on"]
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.startFailed.rawValue)
        #expect(bench.host.world.runs(guest.uuid))
        #expect(bench.host.world.guests[guest.uuid]?.definition == guest.definition)
    }

    @Test("A guest that starts without the change gets its old definition back")
    func checkFails() throws {
        var guest = PretendGuest(1)
        guest.liveLacks = "exposure"
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.code == CorrectionCode.checkFailed.rawValue)
        #expect(bench.host.world.guests[guest.uuid]?.definition == guest.definition)
        #expect(bench.host.world.runs(guest.uuid))
    }

    @Test(
        "A guest that vanishes while it goes down, or is down, is never defined or started again",
        arguments: [
            1000.7, 1002.0,
        ])
    func vanishes(at time: Double) throws {
        var guest = PretendGuest(1)
        guest.failsToStartWith = ["exposure": "on"]
        var world = PretendWorld(guest)
        world.plans = [.init(at: time, what: .vanish(guest.uuid))]
        let bench = try Bench(world)
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.guestUnknown.rawValue)
        #expect(!record.owesStart)
        #expect(bench.host.world.effects == ["define guest1", "shutdown guest1"])
        #expect(bench.trail.contains(.starting) == (time > 1001))
        #expect(!bench.trail.contains(.rollingBack))
    }

    @Test("A host that reboots while its guest goes down starts it, once", arguments: [true, false])
    func reboots(autostarted: Bool) throws {
        let guest = PretendGuest(1)
        var world = PretendWorld(guest)
        world.plans = [.init(at: 1000.7, what: .reboot(autostart: autostarted ? [guest.uuid] : []))]
        let bench = try Bench(world)
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.count("start guest1") == (autostarted ? 0 : 1))
        #expect(bench.host.world.guests[guest.uuid]?.live?["exposure"] == "on")
    }

    @Test("The secret definition is gone from the disk once a correction has ended")
    func secretGone() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        try bench.work(until: .settled)
        let file = "\(bench.folder.corrections)/k1.json"
        #expect(String(decoding: try DurableFile.read(file, limit: 1 << 20), as: UTF8.self).contains("hidden"))
        try bench.work(saying: .commit)
        #expect(!String(decoding: try DurableFile.read(file, limit: 1 << 20), as: UTF8.self).contains("hidden"))
    }

    @Test("A hypervisor that can't be asked refuses what has not begun, and only delays what has")
    func unreachable() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        bench.host.unreachable = true
        try bench.order(.set(guest))
        let record = try bench.work()
        #expect(record.outcome == .refused)
        #expect(record.code == CorrectionCode.hypervisorUnreachable.rawValue)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("A hypervisor that goes away while a guest is down only delays it")
    func comesBack() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        bench.host.beforeCall = { host, _ in
            host.unreachable = (1001.0..<1400.0).contains(host.world.time) && !host.world.runs(guest.uuid)
        }
        try bench.order(.set(guest))
        #expect(try bench.work(saying: .commit).outcome == .committed)
        #expect(bench.host.world.time >= 1400)
        #expect(bench.host.world.count("start guest1") == 1)
    }

    @Test("Somebody else's edit is never lost, whenever it comes", arguments: 1...24)
    func editedMeanwhile(call: Int) throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        bench.host.beforeCall = { host, number in
            // Between the last look and the write there is nothing to compare with: libvirt offers no compare-and-set.
            if number >= call, !host.isDefining { host.world.guests[guest.uuid]?.definition["note"] = "edited" }
        }
        try bench.order(.set(guest))
        let record = try bench.work(saying: .rollback)
        #expect(bench.host.world.guests[guest.uuid]?.definition["note"] == "edited")
        #expect(bench.host.world.guests[guest.uuid]?.definition["exposure"] == "off")
        #expect(bench.host.world.runs(guest.uuid))
        // Up to the eighth call it is looked at; then the change goes on top of the edit.
        #expect((record.code == CorrectionCode.definitionChanged.rawValue) == (call <= 8))
        #expect(bench.host.world.effects.isEmpty == (call <= 8))
    }

    @Test(
        "A guest that its host saved at a reboot holds the old CPU: back to it, or dropped with consent",
        arguments: [
            true, false,
        ])
    func savedAtReboot(consents: Bool) throws {
        let guest = PretendGuest(1)
        var world = PretendWorld(guest)
        world.plans = [.init(at: 1000.7, what: .reboot(saved: [guest.uuid]))]
        let bench = try Bench(world)
        try bench.order(.set(guest, consent: CorrectionConsent(dropSavedState: consents)))
        let record = try bench.work(saying: .commit)
        let after = try #require(bench.host.world.guests[guest.uuid])
        #expect(after.state == .running)
        #expect(record.outcome == (consents ? .committed : .failed))
        #expect(record.code == (consents ? nil : CorrectionCode.savedState.rawValue))
        #expect(after.live?["exposure"] == (consents ? "on" : "off"))
        #expect(after.definition["exposure"] == (consents ? "on" : "off"))
        #expect(bench.host.world.count("drop guest1") == (consents ? 1 : 0))
    }

    @Test("A change that hides is kept where the new run does not show it: the way back would expose again")
    func hidingDoesNotShow() throws {
        var guest = PretendGuest(1, exposure: "on")
        guest.liveLacks = "exposure"
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, exposure: false))
        let record = try bench.work()
        #expect(record.outcome == .kept)
        #expect(record.code == CorrectionCode.checkFailed.rawValue)
        #expect(!record.owesStart)
        #expect(bench.host.world.guests[guest.uuid]?.definition["exposure"] == "off")
        #expect(bench.host.world.effects == ["define guest1", "shutdown guest1", "start guest1"])
    }

    @Test("Where somebody edits the new definition at once, what is left of ours is taken back")
    func editedAtOnce() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        var request = CorrectionRequest.set(guest)
        request.change?.startupMemory = 2 << 30
        try bench.order(request)
        bench.host.beforeCall = { host, _ in
            if host.world.guests[guest.uuid]?.definition["memory"] == "\(2 << 30)" {
                host.world.guests[guest.uuid]?.definition["memory"] = "5"
            }
        }
        let record = try bench.work()
        #expect(record.outcome == .failed)
        #expect(record.code == CorrectionCode.definitionChanged.rawValue)
        #expect(bench.host.world.guests[guest.uuid]?.definition["exposure"] == "off")
        #expect(bench.host.world.guests[guest.uuid]?.definition["memory"] == "5")
        #expect(bench.host.world.effects == ["define guest1", "define guest1"])
    }
}
