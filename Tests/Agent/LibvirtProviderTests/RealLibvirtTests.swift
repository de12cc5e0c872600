import AgentCore
import Digests
import Foundation
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
        #expect(try provider.guest("dd3880d4-c138-4a59-bc29-75ba70d5e51a") == nil)
        for call in [provider.start, provider.requestShutdown, provider.cutPower, provider.dropSavedState] {
            #expect {
                try call("dd3880d4-c138-4a59-bc29-75ba70d5e51a")
            } throws: {
                ($0 as? ProviderFailure)?.code == .guestUnknown
            }
        }
    }

    @Test("a guest's facts are those that virsh shows, off and running")
    func facts() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        let definition = RealLibvirtTests.definition(
            "facts", cpu: "<cpu><model>EPYC</model></cpu>",
            memory: "<memory unit='MiB'>48</memory><currentMemory unit='MiB'>32</currentMemory>",
            vcpu: "<vcpu current='1'>2</vcpu>",
            devices: "<interface type='user'><mac address='52:54:00:01:02:0A'/></interface>")
        try provider.define(definition)
        defer { RealLibvirtTests.remove("facts", libvirt) }
        var guest = try RealLibvirtTests.guest("facts", provider)
        let plain = try libvirt.virsh("dumpxml", "--inactive", "facts") + "\n"
        #expect(guest.uuid == (try libvirt.virsh("domuuid", "facts")))
        #expect(guest.state == .off && guest.run == .absent && guest.persistent == .known(true))
        #expect(guest.engine == .known(.qemu) && guest.owner == .absent)
        #expect(guest.vcpus == VCPUFacts(current: .known(1), maximum: .known(2)))
        #expect(
            guest.memory
                == MemoryFacts(
                    startup: .known(32 << 20), minimum: .absent, maximum: .known(48 << 20), dynamic: .known(true)))
        #expect(guest.exposure.configured == .known(true) && guest.exposure.live == .absent)
        #expect(guest.exposure.mechanism == .known("model EPYC"))
        #expect(guest.interfaces.value?.first?.mac == .known("52:54:00:01:02:0a"))
        #expect(guest.interfaces.value?.first?.kind == .known("user"))
        #expect(guest.snapshots == .known(0) && guest.savedState == .known(false) && guest.autostart == .known(false))
        #expect(guest.onPowerOff == .known("destroy"))
        let digest = guest.definitionDigest
        #expect(digest == .known("sha256:" + Digest.sha256Hex(of: plain)))

        try libvirt.virsh("autostart", "facts")
        try provider.start(guest.uuid)
        try provider.start(guest.uuid)
        guest = try #require(try provider.guest(guest.uuid.uppercased()))
        #expect(guest.state == .running && guest.autostart == .known(true))
        #expect("\(guest.run)" == (try libvirt.virsh("domid", "facts")))
        #expect(guest.exposure.live == .known(true))
        #expect(guest.definitionDigest == digest)
        // TCG does not count.
        #expect(guest.exposure.nestedRuns.isUnknown && guest.exposure.inUse.isUnknown)

        try libvirt.virsh("suspend", "facts")
        #expect(try provider.guest(guest.uuid)?.state == .paused)
        try libvirt.virsh("resume", "facts")
        try libvirt.virsh("managedsave", "facts")
        guest = try #require(try provider.guest(guest.uuid))
        #expect(guest.state == .off && guest.savedState == .known(true))
        try provider.dropSavedState(guest.uuid)
        try provider.dropSavedState(guest.uuid)
        #expect(try provider.guest(guest.uuid)?.savedState == .known(false))
    }

    @Test("hiding is defined, is a fault of what runs until it starts anew, and is set back")
    func hiding() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        try provider.define(
            RealLibvirtTests.definition(
                "hidden", cpu: "<cpu><model>EPYC</model></cpu>",
                devices: "<graphics type='vnc' passwd='secret' autoport='yes'/>"))
        defer { RealLibvirtTests.remove("hidden", libvirt) }
        let uuid = try RealLibvirtTests.guest("hidden", provider).uuid
        let change = GuestChange(exposure: false, startupMemory: 40 << 20, maximumVCPUs: 2)
        #expect(try provider.liveFault(of: change, guest: uuid) == nil)
        try provider.start(uuid)
        let before = try provider.definition(uuid)
        #expect(before.contains("passwd='secret'"))
        try provider.define(try provider.applying(change, to: before))
        #expect(
            try provider.liveFault(of: GuestChange(exposure: false), guest: uuid)?.contains("extensions exposed")
                == true)
        #expect(
            try provider.liveFault(of: GuestChange(startupMemory: 40 << 20), guest: uuid)?.contains("memory") == true)
        #expect(try provider.liveFault(of: GuestChange(maximumVCPUs: 2), guest: uuid)?.contains("vCPUs") == true)
        var guest = try #require(try provider.guest(uuid))
        #expect(guest.exposure.configured == .known(false) && guest.exposure.live == .known(true))
        try provider.requestShutdown(uuid)
        try provider.cutPower(uuid)
        try provider.cutPower(uuid)
        try provider.start(uuid)
        #expect(try provider.liveFault(of: change, guest: uuid) == nil)
        guest = try #require(try provider.guest(uuid))
        #expect(guest.exposure.live == .known(false))
        #expect(guest.vcpus.maximum == .known(2) && guest.memory.startup == .known(40 << 20))
        let now = try provider.definition(uuid)
        let back = try #require(try provider.undoing(change, before: before, now: now))
        try provider.define(back)
        #expect(try provider.definition(uuid) == before)
        #expect(try provider.undoing(change, before: before, now: before) == nil)
        try provider.cutPower(uuid)
    }

    @Test("what libvirt refuses is a refused definition that changes nothing")
    func refusedDefinition() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        for text in ["<domain", "<domain type='qemu'/>", RealLibvirtTests.definition("x", vcpu: "<vcpu>-1</vcpu>")] {
            #expect {
                try provider.define(text)
            } throws: {
                ($0 as? ProviderFailure)?.code == .definitionRefused
            }
        }
        #expect(try !libvirt.virsh("list", "--all", "--name").split(separator: "\n").contains("x"))
    }

    @Test("a transient guest is one, with live facts and no definition")
    func transient() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        let file = libvirt.folder.appendingPathComponent("transient.xml")
        try RealLibvirtTests.definition("transient", cpu: "<cpu><model>kvm64</model></cpu>")
            .write(to: file, atomically: true, encoding: .utf8)
        try libvirt.virsh("create", file.path)
        defer { RealLibvirtTests.remove("transient", libvirt) }
        let guest = try RealLibvirtTests.guest("transient", provider)
        #expect(guest.state == .running && guest.persistent == .known(false))
        #expect(guest.definitionDigest == .absent && guest.exposure.configured == .absent)
        #expect(guest.exposure.live == .known(false) && guest.exposure.mechanism == .known("model kvm64"))
    }

    @Test("libvirtd's restart in the middle is no failure, and guests run on")
    func restart() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        try provider.define(RealLibvirtTests.definition("steady"))
        defer { RealLibvirtTests.remove("steady", libvirt) }
        let before = try RealLibvirtTests.guest("steady", provider)
        try provider.start(before.uuid)
        libvirt.endDaemon()
        try libvirt.startDaemon(waiting: false)
        let after = try RealLibvirtTests.guest("steady", provider)
        #expect(after.state == .running && after.definitionDigest == before.definitionDigest)
        libvirt.endDaemon()
        try libvirt.startDaemon(waiting: false)
        try provider.cutPower(before.uuid)
        #expect(try provider.guest(before.uuid)?.state == .off)
    }

    @Test("every edit of definitions of all kinds is accepted by libvirt, read back as wanted, and undone")
    func edits() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        for (index, cpu) in RealLibvirtTests.cpus.enumerated() {
            let name = "edit\(index)"
            try provider.define(
                RealLibvirtTests.definition(
                    name, cpu: cpu, vcpu: "<vcpu placement='static' current='1'>2</vcpu>",
                    more: index % 2 == 0
                        ? RealLibvirtTests.commandLine : "<metadata><x:y xmlns:x='urn:x'>&lt;&#13;</x:y></metadata>"))
            defer { RealLibvirtTests.remove(name, libvirt) }
            let uuid = try RealLibvirtTests.guest(name, provider).uuid
            let before = try provider.definition(uuid)
            for wanted in [true, false] {
                let change = GuestChange(
                    exposure: wanted, startupMemory: 80 << 20, maximumVCPUs: 4, dynamicMemory: wanted ? nil : false)
                if wanted, cpu.contains("Skylake") {
                    #expect(throws: ProviderFailure.self) { try provider.applying(change, to: before) }
                    continue
                }
                try provider.define(try provider.applying(change, to: before))
                let guest = try #require(try provider.guest(uuid))
                #expect(guest.exposure.configured == .known(wanted), "\(cpu)")
                #expect(guest.memory.startup == .known(80 << 20) && guest.vcpus.maximum == .known(4))
                #expect(guest.vcpus.current == .known(1))
                let back = try #require(try provider.undoing(change, before: before, now: provider.definition(uuid)))
                try provider.define(back)
                #expect(try provider.definition(uuid) == before, "\(cpu) to \(wanted) and back")
            }
        }
    }

    @Test("a socket for reading only gives facts, and refuses changes and secrets with what to do")
    func readOnly() throws {
        let libvirt = try libvirt()
        let provider = LibvirtProvider(socket: libvirt.socketPath)
        try provider.define(RealLibvirtTests.definition("reading"))
        defer { RealLibvirtTests.remove("reading", libvirt) }
        // A session daemon has no such socket: the place is what makes the agent open it for reading.
        let path = libvirt.folder.appendingPathComponent("libvirt-sock-ro").path
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: libvirt.socketPath)
        let reader = LibvirtProvider(socket: path)
        let uuid = try RealLibvirtTests.guest("reading", provider).uuid
        #expect(try reader.guest(uuid) == (try provider.guest(uuid)))
        for call in [reader.start, { _ = try reader.definition($0) }] {
            #expect {
                try call(uuid)
            } throws: {
                ($0 as? ProviderFailure)?.remedy.contains("member of the group libvirt") == true
            }
        }
        #expect {
            try reader.define(RealLibvirtTests.definition("other"))
        } throws: {
            ($0 as? ProviderFailure)?.code == .definitionRefused
        }
    }

    static let cpus = [
        "", "<cpu mode='maximum'/>", "<cpu mode='host-model'/>", "<cpu><model>EPYC</model></cpu>",
        "<cpu match='strict'><model>qemu64</model><feature policy='disable' name='svm'/></cpu>",
        "<cpu><topology sockets='2' cores='1' threads='1'/></cpu>",
        "<cpu mode='custom' match='exact'><model fallback='allow'>Opteron_G5</model>"
            + "<topology sockets='1' cores='2' threads='1'/><feature policy='require' name='svm'/>"
            + "<feature policy='disable' name='xop'/></cpu>",
        "<cpu mode='host-model'><feature policy='disable' name='svm'/></cpu>",
        "<cpu mode='custom' match='minimum'><model>EPYC</model></cpu>",
        "<cpu mode='maximum'><feature policy='optional' name='svm'/></cpu>",
        "<cpu><model>Skylake-Client</model></cpu>",
        "<cpu><model>EPYC</model><feature policy='forbid' name='svm'/></cpu>",
    ]

    static let commandLine =
        "<commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'><arg value='-name'/><arg value='a&amp;b'/></commandline>"

    static func definition(
        _ name: String, cpu: String = "", memory: String = "<memory unit='MiB'>32</memory>",
        vcpu: String = "<vcpu>1</vcpu>", more: String = "", devices: String = ""
    ) -> String {
        Samples.domain("qemu", cpu: cpu, memory: memory, vcpu: vcpu, name: name, more: more, devices: devices)
    }

    static func guest(_ name: String, _ provider: LibvirtProvider) throws -> GuestReport {
        let guests = provider.guests()
        return try #require(guests.value?.first { $0.name == name }, "\(guests.reason ?? "")")
    }

    static func remove(_ name: String, _ libvirt: PrivateLibvirt) {
        _ = try? libvirt.virsh("destroy", name)
        _ = try? libvirt.virsh("undefine", "--managed-save", name)
    }
}
