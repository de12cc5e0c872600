import AgentCore
import NestingModel
import NestorTestKit
import Testing

@testable import LibvirtProvider

@Suite("guests of a real libvirtd", .enabled(if: PrivateLibvirt.isInstalled), .serialized, WithLibvirt())
struct RealLibvirtTests {
    @Test("an empty daemon has a manager, a host UUID and no guests")
    func empty() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        let manager = try #require(provider.manager().value)
        #expect(manager.connection == .known("qemu:///session"))
        #expect(manager.socket == .known(libvirt.socketPath))
        #expect(try libvirt.virsh("version").contains("Using library: libvirt \(manager.version.value ?? "none")"))
        #expect(provider.guests() == .known([]))
        let uuid = try #require(provider.hostUUID().value)
        #expect(try libvirt.virsh("capabilities").contains("<uuid>\(uuid)</uuid>"))
    }
}
