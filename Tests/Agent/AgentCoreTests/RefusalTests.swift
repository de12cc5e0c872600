import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("Refusals")
struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var code: CorrectionCode
        var guest: @Sendable (inout PretendGuest) -> Void = { _ in }
        var request: @Sendable (inout CorrectionRequest) -> Void = { _ in }
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "unknown guest", code: .guestUnknown, request: { $0.guest = PretendGuest.uuid(9) }),
        Case(name: "another definition", code: .definitionChanged, request: { $0.definitionDigest = "older" }),
        Case(name: "transient", code: .transient, guest: { $0.persistent = false }),
        Case(name: "paused", code: .paused, guest: { $0.state = .paused }),
        Case(name: "suspended", code: .paused, guest: { $0.state = .suspended }),
        Case(name: "state unknown", code: .paused, guest: { $0.state = .unknown }),
        Case(
            name: "saved", code: .savedState,
            guest: {
                $0.state = .off
                $0.savedDefinition = ["exposure": "off"]
            }),
        Case(name: "owned", code: .owned, guest: { $0.owner = .openstack }),
        Case(
            name: "owned by another than was consented to", code: .owned, guest: { $0.owner = .openstack },
            request: { $0.consent.owners = [.proxmox] }),
        Case(name: "restarts instead of powering off", code: .onPowerOff, guest: { $0.onPowerOff = "restart" }),
        Case(name: "change impossible", code: .changeImpossible, request: { $0.change?.maximumVCPUs = 4096 }),
        Case(name: "definition refused", code: .definitionRefused, guest: { $0.refusesDefinition = true }),
    ]

    @Test("A guest that may not be touched is refused, and untouched", arguments: cases)
    func refused(_ refusal: Case) throws {
        var guest = PretendGuest(1)
        refusal.guest(&guest)
        let bench = try Bench(PretendWorld(guest))
        var request = CorrectionRequest.set(guest)
        refusal.request(&request)
        try bench.order(request)
        let record = try bench.work()
        #expect(record.outcome == .refused)
        #expect(record.code == refusal.code.rawValue)
        #expect(!record.owesStart)
        #expect(bench.host.world.effects.isEmpty)
    }

    @Test("A policy's consent opens what it names")
    func consented() throws {
        var owned = PretendGuest(1)
        owned.owner = .openstack
        var saved = PretendGuest(2, .saved)
        saved.savedDefinition = saved.definition
        let bench = try Bench(PretendWorld(owned, saved))
        try bench.order(
            .set(owned, consent: CorrectionConsent(owners: [.openstack])),
            .set(saved, id: "k2", consent: CorrectionConsent(dropSavedState: true)))
        try bench.work(saying: .commit)
        #expect(try bench.journal.content().records().map(\.outcome) == [.committed, .committed])
        #expect(bench.host.world.count("drop guest2") == 1)
    }

    @Test("A guest that was off needs no on_poweroff", arguments: ["restart", "preserve"])
    func offNeedsNone(action: String) throws {
        var guest = PretendGuest(1, .off)
        guest.onPowerOff = action
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        #expect(try bench.work().outcome == .committed)
    }
}
