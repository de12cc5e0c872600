import AgentCore
import NestingModel
import NestorTestKit
import Testing

@testable import LibvirtProvider

@Suite("libvirt's built-in test driver", .enabled(if: PrivateLibvirt.isInstalled), .serialized, WithLibvirt())
struct TestDriverTests {
    @Test("a guest is defined, started, changed, shut down and started anew, over one connection")
    func lifeCycle() throws {
        let provider = try fresh()
        #expect(provider.manager().value?.connection == .known("test:///default"))
        #expect(provider.hostUUID().isUnknown)
        try provider.define(Samples.domain("qemu", cpu: "<cpu mode='custom'><model>EPYC</model></cpu>", name: "t"))
        let guests = try #require(provider.guests().value)
        #expect(guests.map(\.name) == ["t", "test"])
        let uuid = guests[0].uuid
        #expect(guests[0].state == .off && guests[1].state == .running)
        #expect(guests[0].exposure.configured == .known(true))
        // The driver has no engine that the agent knows: nothing is guessed.
        #expect(guests[1].engine == .known(.other) && guests[1].exposure.configured.isUnknown)
        try provider.start(uuid)
        let change = GuestChange(exposure: false, startupMemory: 128 << 20, maximumVCPUs: 4)
        let before = try provider.definition(uuid)
        try provider.define(try provider.applying(change, to: before))
        #expect(try provider.guest(uuid)?.exposure.configured == .known(false))
        #expect(try provider.guest(uuid)?.exposure.live == .known(true))
        #expect(try provider.liveFault(of: change, guest: uuid) != nil)
        try provider.requestShutdown(uuid)
        #expect(try provider.guest(uuid)?.state == .off)
        #expect(try provider.liveFault(of: change, guest: uuid) == nil)
        try provider.requestShutdown(uuid)
        try provider.start(uuid)
        #expect(try provider.guest(uuid)?.exposure.live == .known(false))
        #expect(try provider.liveFault(of: change, guest: uuid) == nil)
        try provider.define(
            try #require(try provider.undoing(change, before: before, now: provider.definition(uuid))))
        #expect(try provider.definition(uuid) == before)
    }

    @Test("snapshots, saved state and autostart are those of each guest")
    func properties() throws {
        let (libvirt, uri, provider) = (try libvirt(), Self.uri, try fresh())
        for name in ["a", "b", "c"] { try provider.define(Samples.domain("test", name: name)) }
        try libvirt.virsh(driver: uri, "snapshot-create-as", "b", "one")
        try libvirt.virsh(driver: uri, "snapshot-create-as", "b", "two")
        try libvirt.virsh(driver: uri, "autostart", "c")
        try libvirt.virsh(driver: uri, "start", "a")
        try libvirt.virsh(driver: uri, "managedsave", "a")
        try libvirt.virsh(driver: uri, "suspend", "test")
        let guests = try #require(provider.guests().value)
        #expect(guests.map(\.name) == ["a", "b", "c", "test"])
        #expect(guests.map(\.snapshots) == [.known(0), .known(2), .known(0), .known(0)])
        #expect(guests.map(\.autostart) == [.known(false), .known(false), .known(true), .known(false)])
        #expect(guests.map(\.savedState) == [.known(true), .known(false), .known(false), .known(false)])
        #expect(guests.map(\.state) == [.off, .off, .off, .paused])
    }

    @Test("hundreds of guests are read in two batches, each with its own facts")
    func many() throws {
        let provider = try fresh()
        let names = (100..<400).map { "guest\($0)" }
        for name in names {
            try provider.define(
                Samples.domain("test", vcpu: "<vcpu>\(name.dropFirst(5))</vcpu>", name: name, more: filling))
        }
        for _ in 0..<2 {
            let guests = try #require(provider.guests().value)
            #expect(guests.map(\.name) == names + ["test"])
            #expect(guests.dropLast().allSatisfy { "guest\($0.vcpus.maximum)" == $0.name })
            #expect(Set(guests.compactMap(\.definitionDigest.value)).count == guests.count)
        }
    }

    private static let uri = "test:///default"

    /// Over a driver as it is at first. Its guests are there for as long as any connection is, and the daemon learns only
    /// a moment later that the last test's has ended.
    private func fresh() throws -> LibvirtProvider {
        let socket = try libvirt().socketPath
        let end = ContinuousClock.now + .seconds(30)
        repeat {
            let provider = LibvirtProvider(socket: socket, uri: Self.uri)
            if provider.guests().value?.map(\.name) == ["test"] { return provider }
        } while ContinuousClock.now < end
        throw StillThere()
    }

    private struct StillThere: Error {}

    /// Makes answers longer than a socket's buffer holds of them.
    private let filling = "<description>\(String(repeating: "filling ", count: 4000))</description>"
}
