import FoundationEssentials
import NestingModel
import Testing

@testable import LinuxHostProvider

@Suite("Identity") struct IdentityTests {
    static let uuidPath = "/sys/class/dmi/id/product_uuid"

    @Test("A copied tree's identity is read from its files")
    func identity() throws {
        let identity = try FixtureTree([
            "/etc/machine-id": "3D1219C7C4C5404AAA1F6D2A48ADFDA4\n",
            Self.uuidPath: "6E0C6F1A-93D6-4D7B-8F5E-0D2C5E7B9A10\n",
            "/proc/sys/kernel/random/boot_id": "0d7b6e1c-9a4f-4b62-8f0e-5b7a2f1c3d4e\n",
            "/proc/sys/kernel/hostname": "rack7\n", "/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n",
            "/usr/lib/os-release": "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
        ]).provider.identity()
        #expect(identity.machineID == .known("3d1219c7c4c5404aaa1f6d2a48adfda4"))
        #expect(identity.smbiosUUID == .known("6e0c6f1a-93d6-4d7b-8f5e-0d2c5e7b9a10"))
        #expect(identity.smbiosUUIDSource == .known("product_uuid"))
        #expect(identity.bootID == .known("0d7b6e1c-9a4f-4b62-8f0e-5b7a2f1c3d4e"))
        #expect(identity.hostname == .known("rack7"))
        #expect(identity.operatingSystem == .known("Debian GNU/Linux 12 (bookworm)"))
        #expect(identity.kernelRelease == .known("6.1.0-18-amd64"))
        #expect(identity.architecture == .known("x86_64"))
    }

    @Test("An empty tree has no identity, and says so in every field")
    func empty() throws {
        let identity = try FixtureTree().provider.identity()
        let facts = [
            identity.machineID, identity.smbiosUUID, identity.smbiosUUIDSource, identity.bootID, identity.hostname,
            identity.operatingSystem, identity.kernelRelease, identity.architecture,
        ]
        #expect(facts.filter { !$0.isUnknown } == [])
    }

    @Test(
        "A UUID that many machines share, or that is none, is unknown",
        arguments: [
            "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE", "03000200-0400-0500-0006-000700080009",
            "00020003-0004-0005-0006-000700080009", "Not Settable", "To be filled by O.E.M.", "6e0c6f1a",
            "6e0c6f1a-93d6-4d7b-8f5e-0d2c5e7b9a1g", "\u{1B}[2J",
        ])
    func bogus(_ uuid: String) throws {
        let identity = try FixtureTree([Self.uuidPath: uuid + "\n"]).provider.identity()
        #expect(identity.smbiosUUID.isUnknown)
        #expect(identity.smbiosUUIDSource.isUnknown)
        #expect(identity.smbiosUUID.reason?.unicodeScalars.contains { $0.value < 0x20 } == false)
    }

    @Test("On the machine itself a missing UUID is absent")
    func absent() throws {
        #expect(try FixtureTree().livingProvider().identity().smbiosUUID == .absent)
    }

    @Test("Where there is no SMBIOS, the device tree or sysinfo gives the guest's UUID")
    func otherSources() throws {
        let uuid = "6e0c6f1a-93d6-4d7b-8f5e-0d2c5e7b9a10"
        let power = try FixtureTree(["/proc/device-tree/vm,uuid": uuid + "\0"]).provider.identity()
        #expect(power.smbiosUUID == .known(uuid) && power.smbiosUUIDSource == .known("device-tree"))
        let mainframe = try FixtureTree(["/proc/sysinfo": "VM00 UUID:            \(uuid)\n"]).provider.identity()
        #expect(mainframe.smbiosUUID == .known(uuid) && mainframe.smbiosUUIDSource == .known("sysinfo"))
    }

    @Test(
        "os-release is read with a shell's quotes",
        arguments: [
            ("PRETTY_NAME=\"A \\\"B\\\" \\$c\"", "A \"B\" $c"), ("PRETTY_NAME='A B'", "A B"),
            ("PRETTY_NAME=Alone", "Alone"),
            ("PRETTY_NAME=a\r\nPRETTY_NAME=\"b c\"\r\n", "b c"),
            ("# PRETTY_NAME=x\nNAME=\"Alpine Linux\"\nVERSION_ID=3.19", "Alpine Linux 3.19"),
            ("NAME=", nil), ("PRETTY_NAME=\"a\u{7}b\"", nil), ("", nil), ("PRETTY_NAME=\"open", "open"),
        ] as [(String, String?)])
    func osRelease(_ text: String, _ name: String?) {
        #expect(OSRelease.name(in: text, of: "/etc/os-release").value == name)
    }

    @Test(
        "The architecture comes from what the tree shows",
        arguments: [
            (["/proc/sys/kernel/arch": "ppc64le\n"], "ppc64le"),
            (["/proc/sys/kernel/osrelease": "5.14.0-362.el9.s390x\n"], "s390x"),
            (["/proc/version": "Linux version 6.1.0-18-arm64 (a@b) #1\n"], "aarch64"),
            (["/proc/cpuinfo": RecordedCPUs.riscv(isa: "rv64imafdc")], "riscv64"),
            (["/proc/cpuinfo": RecordedCPUs.powerNV], nil),
        ] as [([String: String], String?)])
    func architecture(_ files: [String: String], _ name: String?) throws {
        #expect(try FixtureTree(files).provider.identity().architecture.value == name)
    }

    @Test("The host's name falls back to its file")
    func hostname() throws {
        let files = ["/proc/sys/kernel/hostname": "(none)\n", "/etc/hostname": "# made by hand\n\nrack8\n"]
        #expect(try FixtureTree(files).provider.identity().hostname == .known("rack8"))
    }
}

@Suite("KVM's device and settings") struct HypervisorFactsTests {
    @Test("A copied tree with a running kvm_intel tells all that files can tell")
    func intel() throws {
        let facts = try FixtureTree([
            "/proc/cpuinfo": RecordedCPUs.newIntel, "/proc/cmdline": "ro",
            "/proc/modules": "kvm_intel 1 0 - Live 0x0\n",
            "/proc/misc": "232 kvm\n", "/proc/sys/kernel/osrelease": "6.1.0\n",
            "/sys/module/kvm_intel/parameters/nested": "Y\n", "/sys/module/kvm_intel/parameters/ept": "Y\n",
            "/sys/module/kvm_intel/parameters/enable_apicv": "N\n",
            "/sys/module/kvm_intel/parameters/dump_invalid_vmcs": "N\n",
            "/etc/modprobe.d/nested.conf": "options kvm_intel nested=0\n",
        ]).provider.hypervisor()
        #expect(facts.kind == .known(.kvm))
        #expect(facts.moduleState == .known(.loaded))
        #expect(facts.nestedLoaded == .known(true))
        #expect(facts.nestedConfigured == .known(false))
        #expect(facts.nestedConfiguredBy == .known("/etc/modprobe.d/nested.conf:1"))
        #expect(facts.parameters == ["ept": "Y", "enable_apicv": "N"])
        #expect(facts.device.value?.mode.isUnknown == true)
        #expect(facts.device.value?.opens == .unknown("not readable from a copied tree"))
        #expect(facts.device.value?.createsVM == .unknown("not readable from a copied tree"))
    }

    @Test("Without KVM nothing is a hypervisor, and /proc/misc tells that there is no device")
    func without() throws {
        let facts = try FixtureTree([
            "/proc/cpuinfo": RecordedCPUs.newIntel, "/proc/misc": "236 device-mapper\n",
            "/proc/modules": "ext4 1 0 - Live 0x0\n",
        ]).provider.hypervisor()
        #expect(facts.kind == .absent)
        #expect(facts.device == .absent)
    }

    @Test("An empty tree has no facts, and says so")
    func empty() throws {
        let facts = try FixtureTree().provider.hypervisor()
        #expect(facts.kind.isUnknown && facts.module.isUnknown && facts.moduleState.isUnknown && facts.device.isUnknown)
        #expect(facts.nestedConfigured.isUnknown && facts.nestedConfiguredBy.isUnknown && facts.nestedLoaded.isUnknown)
        #expect(facts.parameters.isEmpty)
    }

    @Test("A Xen host domain's hypervisor is Xen")
    func xen() throws {
        #expect(try FixtureTree(["/proc/xen/capabilities": "control_d\n"]).provider.hypervisor().kind == .known(.xen))
    }

    @Test("arm64's nesting is off unless its mode asks for it, and then unknown to files")
    func arm() throws {
        let files = [
            "/proc/cpuinfo": RecordedCPUs.neoverse, "/proc/misc": "232 kvm\n",
            "/sys/module/kvm/parameters/halt_poll_ns": "1\n",
        ]
        let off = try FixtureTree(files.merging(["/proc/cmdline": "ro"]) { $1 }).provider.hypervisor()
        #expect(off.nestedLoaded == .known(false) && off.nestedConfigured == .known(false))
        let on = try FixtureTree(files.merging(["/proc/cmdline": "kvm-arm.mode=nested"]) { $1 }).provider.hypervisor()
        #expect(on.nestedLoaded.isUnknown && on.nestedConfigured == .known(true))
    }

    @Test("A module that is built in and has nothing to run on has no loaded setting")
    func idle() throws {
        let facts = try FixtureTree([
            "/proc/cpuinfo": RecordedCPUs.intelGuest, "/proc/modules": "", "/proc/misc": "",
            "/sys/module/kvm_intel/parameters/nested": "Y\n",
        ]).provider.hypervisor()
        #expect(facts.moduleState == .known(.builtin) && facts.nestedLoaded == .absent && facts.kind == .absent)
    }

    @Test("Owners are named by the tree's own files, and by number where these don't")
    func owners() throws {
        let fixture = try FixtureTree(["/etc/group": "root:x:0:\nkvm:x:106:libvirt-qemu\n"])
        #expect(AccountNames.name(of: 106, in: "/etc/group", fixture.tree) == "kvm")
        #expect(AccountNames.name(of: 107, in: "/etc/group", fixture.tree) == "107")
        #expect(AccountNames.name(of: 0, in: "/etc/passwd", fixture.tree) == "0")
    }

    @Test("This machine is read without a fault")
    func here() throws {
        let provider = LinuxHostProvider(live: true)
        let identity = provider.identity()
        #expect(identity.kernelRelease.value?.isEmpty == false)
        #expect(identity.architecture.value?.isEmpty == false)
        #expect(provider.cpu().threads.value ?? 0 > 0)
        #expect(provider.level().evidence.allSatisfy { !$0.isEmpty })
        let device = provider.hypervisor().device
        #expect(FileManager.default.fileExists(atPath: "/dev/kvm") == (device != .absent))
        if let device = device.value { #expect(!device.opens.isUnknown && device.mode.value?.count == 4) }
    }
}
