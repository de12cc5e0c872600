import NestingModel
import Testing

@testable import LinuxHostProvider

/// A machine, and what it runs under.
struct MachineCase: Sendable, CustomTestStringConvertible {
    var name: String
    var files: [String: String]
    var under: Fact<HypervisorVendor>?
    var level: Int?
    var says: String = ""
    var testDescription: String { name }

    static func dmi(
        _ vendor: String, _ product: String, _ cpu: String = RecordedCPUs.intelGuest, _ more: [String: String] = [:]
    )
        -> [String: String]
    {
        [
            "/sys/class/dmi/id/sys_vendor": vendor + "\n", "/sys/class/dmi/id/product_name": product + "\n",
            "/proc/cpuinfo": cpu,
        ].merging(more) { $1 }
    }

    static let plainGuest = RecordedCPUs.intel("vme lm hypervisor", vmxFlags: nil)
    static let clocks = "/sys/devices/system/clocksource/clocksource0/available_clocksource"

    static let all: [MachineCase] = [
        MachineCase(
            name: "Dell", files: dmi("Dell Inc.", "PowerEdge R740", RecordedCPUs.newIntel), under: .absent, level: 0,
            says: "no hypervisor announces itself"),
        MachineCase(
            name: "x86 without DMI or hypervisor", files: ["/proc/cpuinfo": RecordedCPUs.epyc], under: .absent, level: 0
        ),
        MachineCase(
            name: "x86 under something", files: ["/proc/cpuinfo": plainGuest], level: 1, says: "the flag hypervisor"),
        MachineCase(
            name: "Firecracker", files: ["/proc/cpuinfo": plainGuest, clocks: "kvm-clock tsc\n"], under: .known(.kvm),
            level: 1, says: "kvm-clock"),
        MachineCase(
            name: "KVM with kvm-clock",
            files: dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)", plainGuest, [clocks: "kvm-clock tsc acpi_pm\n"]),
            under: .known(.kvm), level: 1, says: "QEMU"),
        MachineCase(
            name: "KVM by the TSC's frequency", files: dmi("QEMU", "Standard PC (i440FX + PIIX, 1996)"),
            under: .known(.kvm), level: 1),
        MachineCase(
            name: "QEMU's emulation",
            files: dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)", plainGuest, [clocks: "tsc hpet acpi_pm\n"]),
            under: .known(.qemu), level: 1),
        MachineCase(name: "QEMU or KVM", files: dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)", plainGuest), level: 1),
        MachineCase(name: "KVM by name", files: dmi("Red Hat", "KVM"), under: .known(.kvm), level: 1),
        MachineCase(name: "VMware", files: dmi("VMware, Inc.", "VMware7,1"), under: .known(.vmware), level: 1),
        MachineCase(name: "VirtualBox", files: dmi("innotek GmbH", "VirtualBox"), under: .known(.virtualbox), level: 1),
        MachineCase(
            name: "Hyper-V", files: dmi("Microsoft Corporation", "Virtual Machine"), under: .known(.hyperv), level: 1),
        MachineCase(
            name: "a PC of Microsoft's", files: dmi("Microsoft Corporation", "Surface Pro 7", RecordedCPUs.newIntel),
            under: .absent, level: 0),
        MachineCase(
            name: "Parallels", files: dmi("Parallels International GmbH.", "Parallels Virtual Platform"),
            under: .known(.parallels), level: 1),
        MachineCase(name: "bhyve", files: dmi("FreeBSD", "BHYVE"), under: .known(.bhyve), level: 1),
        MachineCase(name: "EC2 guest", files: dmi("Amazon EC2", "m5.large"), under: .known(.kvm), level: 1),
        MachineCase(
            name: "EC2 metal", files: dmi("Amazon EC2", "m5.metal", RecordedCPUs.newIntel), under: .absent, level: 0,
            says: "m5.metal"),
        MachineCase(name: "Google guest", files: dmi("Google", "Google Compute Engine"), under: .known(.kvm), level: 1),
        MachineCase(
            name: "Google bare metal", files: dmi("Google", "Google Compute Engine", RecordedCPUs.newIntel),
            under: .absent, level: 0),
        MachineCase(
            name: "Xen guest", files: dmi("Xen", "HVM domU", plainGuest, ["/sys/hypervisor/type": "xen\n"]),
            under: .known(.xen), level: 1),
        MachineCase(
            name: "Xen paravirtual guest", files: ["/proc/cpuinfo": plainGuest, "/proc/xen/capabilities": ""],
            under: .known(.xen), level: 1),
        MachineCase(
            name: "Xen's host domain",
            files: dmi(
                "Dell Inc.", "PowerEdge R740", plainGuest,
                ["/proc/xen/capabilities": "control_d\n", "/sys/hypervisor/type": "xen\n"]),
            under: .known(.xen), level: 0, says: "control_d"),
        MachineCase(
            name: "Xen's host domain inside KVM",
            files: dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)", plainGuest, ["/proc/xen/capabilities": "control_d\n"]),
            under: .known(.xen), level: 1),
        MachineCase(
            name: "WSL2",
            files: ["/proc/cpuinfo": plainGuest, "/proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"],
            under: .known(.hyperv), level: 1),
        MachineCase(name: "arm64 without signs", files: ["/proc/cpuinfo": RecordedCPUs.neoverse]),
        MachineCase(
            name: "arm64 server with KVM",
            files: dmi("GIGABYTE", "R272-P30-JG", RecordedCPUs.neoverse, ["/proc/misc": "232 kvm\n"]), under: .absent,
            level: 0),
        MachineCase(name: "arm64 server without KVM", files: dmi("GIGABYTE", "R272-P30-JG", RecordedCPUs.neoverse)),
        MachineCase(
            name: "arm64 board",
            files: [
                "/proc/cpuinfo": RecordedCPUs.neoverse, "/proc/misc": "232 kvm\n",
                "/proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.1\0",
            ],
            under: .absent, level: 0, says: "Raspberry Pi"),
        MachineCase(
            name: "arm64 KVM guest", files: dmi("QEMU", "KVM Virtual Machine", RecordedCPUs.neoverse),
            under: .known(.kvm), level: 1),
        MachineCase(
            name: "arm64 emulated", files: dmi("QEMU", "QEMU Virtual Machine", RecordedCPUs.neoverse),
            under: .known(.qemu), level: 1),
        MachineCase(
            name: "arm64 dummy-virt",
            files: ["/proc/cpuinfo": RecordedCPUs.neoverse, "/proc/device-tree/compatible": "linux,dummy-virt\0"],
            level: 1),
        MachineCase(
            name: "EC2 arm64 guest", files: dmi("Amazon EC2", "m6g.large", RecordedCPUs.neoverse), under: .known(.kvm),
            level: 1),
        MachineCase(
            name: "z/VM",
            files: [
                "/proc/cpuinfo": RecordedCPUs.mainframe,
                "/proc/sysinfo": "LPAR Number:          4\nVM00 Control Program: z/VM    7.2.0\n",
            ],
            under: .known(.zvm), level: 1),
        MachineCase(
            name: "KVM on Z",
            files: [
                "/proc/cpuinfo": RecordedCPUs.mainframe,
                "/proc/sysinfo": "LPAR Number:          4\nVM00 Control Program: KVM/Linux\n",
            ],
            under: .known(.kvm), level: 1),
        MachineCase(
            name: "logical partition",
            files: ["/proc/cpuinfo": RecordedCPUs.mainframe, "/proc/sysinfo": "LPAR Number:          4\n"],
            under: .known(.lpar), level: 0),
        MachineCase(name: "s390x without sysinfo", files: ["/proc/cpuinfo": RecordedCPUs.mainframe]),
        MachineCase(name: "PowerNV", files: ["/proc/cpuinfo": RecordedCPUs.powerNV], under: .absent, level: 0),
        MachineCase(
            name: "pSeries under KVM",
            files: [
                "/proc/cpuinfo": RecordedCPUs.pSeriesGuest, "/proc/device-tree/hypervisor/compatible": "linux,kvm\0",
            ],
            under: .known(.kvm), level: 1),
        MachineCase(name: "pSeries by QEMU", files: ["/proc/cpuinfo": RecordedCPUs.pSeriesGuest], level: 1),
        MachineCase(
            name: "PowerVM by its machine", files: ["/proc/cpuinfo": RecordedCPUs.powerVM], under: .known(.powervm),
            level: 1),
        MachineCase(
            name: "PowerVM",
            files: ["/proc/cpuinfo": RecordedCPUs.powerVM, "/proc/device-tree/ibm,partition-name": "lpar1\0"],
            under: .known(.powervm), level: 1),
        MachineCase(
            name: "RISC-V on QEMU",
            files: [
                "/proc/cpuinfo": RecordedCPUs.riscv(isa: "rv64imafdch"),
                "/proc/device-tree/compatible": "riscv-virtio\0",
            ],
            level: 1),
        MachineCase(
            name: "docker on a machine",
            files: dmi("Dell Inc.", "PowerEdge R740", RecordedCPUs.newIntel, ["/.dockerenv": ""]), under: .absent,
            level: 0,
            says: "container: docker"),
        MachineCase(
            name: "pod in a guest",
            files: dmi("VMware, Inc.", "VMware7,1", plainGuest, ["/proc/1/cgroup": "0::/kubepods/burstable/pod1\n"]),
            under: .known(.vmware), level: 1, says: "container: kubernetes"),
        MachineCase(name: "nothing", files: [:]),
        MachineCase(
            name: "a hostile vendor", files: dmi("\u{1B}]0;x\u{7}", "\u{202E}", RecordedCPUs.newIntel), under: .absent,
            level: 0),
    ]
}

@Suite("What a machine runs under") struct HypervisorSignsTests {
    @Test("Files tell it, or it is unknown", arguments: MachineCase.all)
    func files(_ machine: MachineCase) throws {
        let provider = try FixtureTree(machine.files).provider
        let level = provider.level()
        #expect(level.atLeast.value == machine.level)
        let under = provider.cpu().runsUnder
        if let expected = machine.under { #expect(under == expected) } else { #expect(under.isUnknown) }
        #expect(machine.says.isEmpty || level.evidence.contains { $0.contains(machine.says) }, "\(level.evidence)")
        if machine.level != nil { #expect(!level.evidence.isEmpty) }
        #expect(!level.evidence.joined().unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test(
        "A signature behind Hyper-V's is the hypervisor's own",
        arguments: [
            (["KVMKVMKVM"], .kvm), (["TCGTCGTCGTCG"], .qemu), (["Microsoft Hv"], .hyperv),
            (["Microsoft Hv", "KVMKVMKVM"], .kvm), (["Microsoft Hv", "XenVMMXenVMM"], .xen),
            (["VMwareVMware"], .vmware),
            ([" lrpepyh  vr"], .parallels), (["bhyve bhyve "], .bhyve), (["ACRNACRNACRN"], .acrn),
            (["SRESRESRESRE"], .other), (["Microsoft Hv", "Unheard of"], .hyperv), ([], nil),
        ] as [([String], HypervisorVendor?)])
    func signatures(_ list: [String], _ vendor: HypervisorVendor?) {
        #expect(HypervisorSigns.vendor(ofSignatures: list) == vendor)
    }

    @Test("A live CPUID is evidence, and firmware that names VirtualBox explains its KVM interface")
    func live() throws {
        var probe = LiveProbe { _ in LiveProbe.KVMAnswer() }
        probe.hypervisorBit = true
        probe.signatures = ["KVMKVMKVM"]
        let kvm = try FixtureTree(MachineCase.dmi("QEMU", "Standard PC")).livingProvider(probe)
        #expect(kvm.cpu().runsUnder == .known(.kvm))
        #expect(kvm.level().evidence.contains("cpuid: hypervisor bit set, signature KVMKVMKVM"))
        let box = try FixtureTree(MachineCase.dmi("innotek GmbH", "VirtualBox")).livingProvider(probe)
        #expect(box.cpu().runsUnder == .known(.virtualbox))
        probe.signatures = ["TCGTCGTCGTCG"]
        #expect(
            try FixtureTree(MachineCase.dmi("QEMU", "Standard PC")).livingProvider(probe).cpu().runsUnder
                == .known(.qemu))
        probe.signatures = []
        let bare = try FixtureTree(["/proc/cpuinfo": RecordedCPUs.newIntel]).livingProvider(probe)
        #expect(bare.level().atLeast == .known(1), "the live bit outweighs the file's flags")
    }
}
