import NestingModel
import Testing

@testable import LibvirtProvider

@Suite("memory, vCPUs, interfaces and owner of a definition")
struct SettingTests {
    static let mebibyte: Int64 = 1 << 20

    @Test(
        "memory is read in all of libvirt's units, in whole KiB as libvirt keeps it",
        arguments: [
            ("<memory>1024</memory>", 1024 * 1024), ("<memory unit='b'>1023</memory>", 1024),
            ("<memory unit='bytes'>2048</memory>", 2048), ("<memory unit='KB'>1000</memory>", 1_000_448),
            ("<memory unit='k'>1</memory>", 1024), ("<memory unit='KiB'> 8 </memory>", 8192),
            ("<memory unit='MB'>1</memory>", 1_000_448), ("<memory unit='M'>1</memory>", mebibyte),
            ("<memory unit='mib'>2</memory>", 2 * mebibyte), ("<memory unit='G'>1</memory>", 1 << 30),
            ("<memory unit='GiB'>1</memory>", 1 << 30), ("<memory unit='T'>1</memory>", 1 << 40),
            ("<memory unit='EiB'>7</memory>", 7 << 60),
        ] as [(String, Int64)])
    func units(memory: String, bytes: Int64) throws {
        let facts = try DomainDefinition(Samples.domain(memory: memory)).memory
        #expect(
            facts
                == MemoryFacts(startup: .known(bytes), minimum: .absent, maximum: .known(bytes), dynamic: .known(false))
        )
    }

    @Test(
        "memory that can't be told is unknown, never zero",
        arguments: [
            "", "<memory/>", "<memory unit='EiB'>8</memory>", "<memory unit='parsec'>8</memory>",
            "<memory>-1</memory>", "<memory>99999999999999999999</memory>", "<memory>12.5</memory>",
            "<memory>1024</memory><currentMemory>x</currentMemory>",
        ])
    func unknownMemory(memory: String) throws {
        let facts = try DomainDefinition(Samples.domain(memory: memory)).memory
        #expect(facts.startup.isUnknown && facts.maximum.isUnknown && facts.dynamic.isUnknown)
        #expect(throws: EditFault.self) {
            try DomainDefinition(Samples.domain(memory: memory)).applying(
                GuestChange(startupMemory: 1 << 30), on: Samples.intel)
        }
    }

    struct MemoryEdit: Sendable {
        var before: String
        var startup: Int64?
        var maximum: Int64?
        var fixed = false
        var after: String
    }

    @Test(
        "memory is set with the least change and the written unit, and set back",
        arguments: [
            MemoryEdit(
                before: "<memory unit='MiB'>64</memory>", startup: 128 * mebibyte,
                after: "<memory unit='MiB'>128</memory>"),
            MemoryEdit(
                before: "<memory unit='MiB'>64</memory>", startup: 64 * mebibyte,
                after: "<memory unit='MiB'>64</memory>"),
            MemoryEdit(
                before: "<memory unit='MiB'>64</memory>", startup: 32 * mebibyte,
                after: "<memory unit='MiB'>64</memory>\n  <currentMemory unit='KiB'>32768</currentMemory>"),
            MemoryEdit(
                before: "<memory>65536</memory><currentMemory>32768</currentMemory>", startup: 48 * mebibyte,
                after: "<memory>65536</memory><currentMemory>49152</currentMemory>"),
            MemoryEdit(
                before: "<memory unit='G'>1</memory><currentMemory unit='G'>1</currentMemory>",
                startup: 1536 * mebibyte,
                after: "<memory unit='KiB'>1572864</memory><currentMemory unit='KiB'>1572864</currentMemory>"),
            MemoryEdit(
                before: "<memory unit = \"KiB\" >\n 65536 </memory><currentMemory>65536</currentMemory>",
                startup: 128 * mebibyte,
                after: "<memory unit = \"KiB\" >\n 131072 </memory><currentMemory>131072</currentMemory>"),
            MemoryEdit(
                before: "<memory>65536</memory><currentMemory>32768</currentMemory>", fixed: true,
                after: "<memory>32768</memory><currentMemory>32768</currentMemory>"),
            MemoryEdit(
                before: "<memory>65536</memory><currentMemory>32768</currentMemory>", startup: 48 * mebibyte,
                fixed: true,
                after: "<memory>49152</memory><currentMemory>49152</currentMemory>"),
            MemoryEdit(
                before: "<memory>65536</memory><currentMemory>32768</currentMemory>", startup: 16 * mebibyte,
                fixed: true,
                after: "<memory>32768</memory><currentMemory>32768</currentMemory>"),
            MemoryEdit(before: "<memory>65536</memory>", fixed: true, after: "<memory>65536</memory>"),
            MemoryEdit(
                before: "<memory>65536</memory><currentMemory>65536</currentMemory>", startup: 32 * mebibyte,
                maximum: 48 * mebibyte, after: "<memory>49152</memory><currentMemory>32768</currentMemory>"),
            MemoryEdit(
                before: "<memory>65536</memory>", startup: 32 * mebibyte, maximum: 32 * mebibyte,
                after: "<memory>32768</memory>"),
        ])
    func memoryEdits(_ given: MemoryEdit) throws {
        let before = try DomainDefinition(Samples.domain(memory: given.before))
        let change = GuestChange(
            startupMemory: given.startup, maximumMemory: given.maximum, dynamicMemory: given.fixed ? false : nil)
        let after = try before.applying(change, on: Samples.intel)
        #expect(after == Samples.domain(memory: given.after))
        let changed = try DomainDefinition(after)
        #expect(try changed.applying(change, on: Samples.intel) == after)
        let back = try DomainDefinition(changed.undoing(before: before, after: changed) ?? after)
        #expect(back.memory == before.memory)
    }

    @Test("memory that NUMA cells or a limit fix can't be set, and the remedy says what to do")
    func impossibleMemory() throws {
        let numa = "<cpu mode='host-passthrough'><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>"
        for text in [
            Samples.domain(cpu: numa),
            Samples.domain(memory: "<maxMemory slots='2' unit='MiB'>96</maxMemory><memory unit='MiB'>64</memory>"),
        ] {
            #expect {
                try DomainDefinition(text).applying(GuestChange(startupMemory: 1 << 30), on: Samples.intel)
            } throws: { ($0 as? EditFault)?.remedy.contains("virsh edit") == true }
        }
        #expect(throws: EditFault.self) {
            try DomainDefinition(Samples.domain()).applying(GuestChange(dynamicMemory: true), on: Samples.intel)
        }
        for bytes in [0, -5, Int64.max] {
            #expect(throws: EditFault.self) {
                try DomainDefinition(Samples.domain()).applying(GuestChange(startupMemory: bytes), on: Samples.intel)
            }
        }
    }

    @Test("another's memory is left as it is when ours is set back")
    func memoryUndoKeepsOthers() throws {
        func definition(_ maximum: Int, _ current: Int) throws -> DomainDefinition {
            try DomainDefinition(
                Samples.domain(memory: "<memory>\(maximum)</memory><currentMemory>\(current)</currentMemory>"))
        }
        let (before, after) = (try definition(1000, 500), try definition(2000, 2000))
        #expect(
            try definition(2000, 2000).undoing(before: before, after: after)
                == Samples.domain(memory: "<memory>1000</memory><currentMemory>500</currentMemory>"))
        #expect(
            try definition(3000, 2000).undoing(before: before, after: after)
                == Samples.domain(memory: "<memory>3000</memory><currentMemory>500</currentMemory>"))
        #expect(try definition(2000, 1500).undoing(before: before, after: after) == nil)
        #expect(try definition(4000, 3000).undoing(before: before, after: after) == nil)
    }

    @Test(
        "vCPUs are read as current and maximum",
        arguments: [
            ("<vcpu>4</vcpu>", 4, 4), ("<vcpu placement='static' current='2'>4</vcpu>", 2, 4), ("", 1, 1),
            ("<vcpu cpuset='0-3'> 8\n</vcpu>", 8, 8), ("<vcpu>0</vcpu>", nil, nil), ("<vcpu>many</vcpu>", nil, nil),
            ("<vcpu current='x'>4</vcpu>", nil, 4), ("<vcpu>99999999999</vcpu>", nil, nil),
        ])
    func vcpus(vcpu: String, current: Int?, maximum: Int?) throws {
        let facts = try DomainDefinition(Samples.domain(vcpu: vcpu)).vcpus
        #expect(facts.current.value == current && facts.maximum.value == maximum)
        #expect(facts.current.isUnknown == (current == nil))
    }

    @Test(
        "the maximum of vCPUs is set with the sockets that it needs, and set back",
        arguments: [
            ("<vcpu>2</vcpu>", "", 4, "<vcpu>4</vcpu>", ""),
            (
                "<vcpu placement='static' current='1'>2</vcpu>", "", 4, "<vcpu placement='static' current='1'>4</vcpu>",
                ""
            ),
            ("<vcpu current='6'>8</vcpu>", "", 4, "<vcpu current='4'>4</vcpu>", ""),
            (
                "<vcpu>4</vcpu>", "<cpu><topology sockets='1' dies='1' cores='2' threads='2'/></cpu>", 8,
                "<vcpu>8</vcpu>",
                "<cpu><topology sockets='2' dies='1' cores='2' threads='2'/></cpu>"
            ),
        ])
    func vcpuEdits(vcpu: String, cpu: String, wanted: Int, newVCPU: String, newCPU: String) throws {
        let text = Samples.domain(cpu: cpu, vcpu: vcpu)
        let before = try DomainDefinition(text)
        let after = try before.applying(GuestChange(maximumVCPUs: wanted), on: Samples.intel)
        #expect(after == Samples.domain(cpu: newCPU, vcpu: newVCPU))
        let changed = try DomainDefinition(after)
        #expect(changed.undoing(before: before, after: changed) == text)
    }

    @Test(
        "vCPUs that something else fixes can't be set, and the remedy says what to do",
        arguments: [
            ("<vcpu>4</vcpu>", "<cpu><topology sockets='1' cores='4' threads='1'/></cpu>", "multiple of 4"),
            ("<vcpu>4</vcpu>", "<cpu><numa><cell id='0' cpus='0-3' memory='64' unit='MiB'/></numa></cpu>", "cells"),
            ("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='no'/></vcpus>", "", "<vcpus>"),
            ("<vcpu>x</vcpu>", "", "virsh edit"),
        ])
    func impossibleVCPUs(vcpu: String, cpu: String, remedy: String) throws {
        #expect {
            try DomainDefinition(Samples.domain(cpu: cpu, vcpu: vcpu))
                .applying(GuestChange(maximumVCPUs: 6), on: Samples.intel)
        } throws: { ($0 as? EditFault)?.remedy.contains(remedy) == true }
    }

    @Test(
        "whether an inner guest's frames pass is told by filter and attachment",
        arguments: [
            (
                "<interface type='bridge'><mac address='52:54:00:AA:bb:cc'/><source bridge='br0'/></interface>", true,
                nil
            ),
            ("<interface type='network'><source network='default'/></interface>", true, nil),
            ("<interface type='bridge'><filterref filter='clean-traffic'/></interface>", false, "filter clean-traffic"),
            (
                "<interface type='bridge'><filterref filter='clean-traffic-gateway'/></interface>", false,
                "filter clean-traffic-gateway"
            ),
            (
                "<interface type='bridge'><filterref filter='no-mac-spoofing'/></interface>", false,
                "filter no-mac-spoofing"
            ),
            (
                "<interface type='bridge'><filterref filter='vdsm-no-mac-spoofing'/></interface>", false,
                "filter vdsm-no-mac-spoofing"
            ),
            ("<interface type='bridge'><filterref filter='allow-arp'/></interface>", true, "filter allow-arp"),
            ("<interface type='bridge'><filterref filter='house'/></interface>", nil, "filter house"),
            ("<interface type='bridge'><port isolated='yes'/></interface>", true, nil),
            (
                "<interface type='direct'><source dev='eth0' mode='bridge'/></interface>", false,
                "macvtap bridge without trustGuestRxFilters"
            ),
            (
                "<interface type='direct' trustGuestRxFilters='yes'><source dev='eth0'/></interface>", true,
                "macvtap trustGuestRxFilters"
            ),
            (
                "<interface type='direct'><source dev='eth0' mode='passthrough'/></interface>", nil,
                "macvtap passthrough"
            ),
            ("<interface type='hostdev'/>", nil, "hostdev device"), ("<interface type='warp'/>", nil, nil),
        ] as [(String, Bool?, String?)])
    func interfaces(xml: String, spoofing: Bool?, by: String?) throws {
        let facts = try #require(try DomainDefinition(Samples.domain(devices: xml)).interfaces.first)
        #expect(facts.macSpoofing.value == spoofing)
        #expect(facts.macSpoofing.isUnknown == (spoofing == nil))
        #expect(facts.macSpoofingBy == (by.map { .known($0) } ?? .absent))
    }

    @Test("an interface's MAC is in lower case, its source is named, what is not there is absent")
    func interfaceFacts() throws {
        let xml =
            "<interface type='bridge'><mac address='52:54:00:AA:bb:CC'/><source bridge='br0'/></interface>"
            + "<interface type='user'/>"
        let facts = try DomainDefinition(Samples.domain(devices: xml)).interfaces
        #expect(facts[0].mac == .known("52:54:00:aa:bb:cc"))
        #expect(facts[0].kind == .known("bridge") && facts[0].source == .known("br0"))
        #expect(facts[1].mac == .absent && facts[1].source == .absent)
    }

    @Test(
        "an owner is told by what it leaves in the definition",
        arguments: [
            (
                "<metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'/></metadata>",
                OwningManager.openstack
            ),
            ("<metadata xmlns:o='http://ovirt.org/vm/1.0'><o:vm/></metadata>", .ovirt),
            ("<metadata><one:vm xmlns:one='http://opennebula.org/xmlns/libvirt/1.0'/></metadata>", .opennebula),
            ("<metadata><kubevirt xmlns='http://kubevirt.io'/></metadata>", .kubevirt),
            (
                "<sysinfo type='smbios'><system><entry name='product'>CloudStack KVM Hypervisor</entry></system></sysinfo>",
                .cloudstack
            ),
            (
                "<sysinfo type='smbios'><system><entry name='manufacturer'>OpenStack Foundation</entry></system></sysinfo>",
                .openstack
            ),
            ("<metadata><app xmlns='http://example.com/nova'/></metadata>", nil),
            ("<description>nova openstack.org ovirt</description>", nil), ("", nil),
        ] as [(String, OwningManager?)])
    func owner(more: String, manager: OwningManager?) throws {
        let owner = try DomainDefinition(Samples.domain(more: more)).owner
        #expect(owner.value?.manager == manager)
        #expect((owner.value?.evidence.isEmpty ?? true) == (manager == nil))
        if manager == nil { #expect(owner == .absent) }
    }
}
