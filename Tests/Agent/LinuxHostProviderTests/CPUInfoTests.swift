import NestingModel
import Testing

@testable import LinuxHostProvider

struct CPUCase: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var shape: CPUInfo.Shape
    var vendor: CPUVendor?
    var model: String?
    var offers: VirtualizationExtension?
    var paging: SecondLevelPaging?
    var architecture: String?
    var testDescription: String { name }

    static let all: [CPUCase] = [
        CPUCase(
            name: "old Intel", text: RecordedCPUs.oldIntel, shape: .x86, vendor: .intel,
            model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", offers: .vmx, paging: .ept, architecture: "x86_64"),
        CPUCase(
            name: "new Intel", text: RecordedCPUs.newIntel, shape: .x86, vendor: .intel,
            model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", offers: .vmx, paging: .ept, architecture: "x86_64"),
        CPUCase(
            name: "Intel without EPT", text: RecordedCPUs.intelWithoutEPT, shape: .x86, vendor: .intel,
            model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", offers: .vmx, paging: SecondLevelPaging.none,
            architecture: "x86_64"),
        CPUCase(
            name: "Intel guest", text: RecordedCPUs.intelGuest, shape: .x86, vendor: .intel,
            model: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz", offers: VirtualizationExtension.none,
            paging: SecondLevelPaging.none, architecture: "x86_64"),
        CPUCase(
            name: "EPYC", text: RecordedCPUs.epyc, shape: .x86, vendor: .amd, model: "AMD EPYC 7763 64-Core Processor",
            offers: .svm, paging: .npt, architecture: "x86_64"),
        CPUCase(
            name: "Hygon", text: RecordedCPUs.hygon, shape: .x86, vendor: .hygon,
            model: "Hygon C86 7285 32-core Processor", offers: .svm, paging: .npt, architecture: "x86_64"),
        CPUCase(
            name: "Zhaoxin", text: RecordedCPUs.zhaoxin, shape: .x86, vendor: .zhaoxin,
            model: "ZHAOXIN KaiXian KX-6640MA@2.2+GHz", offers: .vmx, paging: .ept, architecture: "x86_64"),
        CPUCase(
            name: "Centaur", text: RecordedCPUs.centaur, shape: .x86, vendor: .zhaoxin, model: "VIA Nano U3100",
            offers: .vmx, paging: SecondLevelPaging.none, architecture: "x86_64"),
        CPUCase(
            name: "x86 without flags", text: "processor : 0\nvendor_id : GenuineIntel\n", shape: .x86, vendor: .intel),
        CPUCase(
            name: "Neoverse", text: RecordedCPUs.neoverse, shape: .arm, vendor: .arm, model: "Neoverse-N1",
            architecture: "aarch64"),
        CPUCase(
            name: "Apple", text: RecordedCPUs.arm(implementer: "0x61", part: "0x022"), shape: .arm, vendor: .apple,
            model: "implementer 0x61 part 0x022", architecture: "aarch64"),
        CPUCase(
            name: "Ampere", text: RecordedCPUs.arm(implementer: "0xc0", part: "0xac3"), shape: .arm, vendor: .ampere,
            model: "Ampere-1", architecture: "aarch64"),
        CPUCase(
            name: "HiSilicon", text: RecordedCPUs.arm(implementer: "0x48", part: "0xd01"), shape: .arm, vendor: .other,
            model: "implementer 0x48 part 0xd01", architecture: "aarch64"),
        CPUCase(
            name: "z15", text: RecordedCPUs.mainframe, shape: .s390x, vendor: .ibm, model: "IBM 8561 (z15)",
            offers: .sie, paging: .other, architecture: "s390x"),
        CPUCase(
            name: "z196 guest", text: RecordedCPUs.oldMainframe, shape: .s390x, vendor: .ibm, model: "IBM 2817 (z196)",
            offers: VirtualizationExtension.none, paging: SecondLevelPaging.none, architecture: "s390x"),
        CPUCase(
            name: "PowerNV", text: RecordedCPUs.powerNV, shape: .power, vendor: .ibm,
            model: "POWER9, altivec supported",
            offers: .hv, paging: .other),
        CPUCase(
            name: "pSeries guest", text: RecordedCPUs.pSeriesGuest, shape: .power, vendor: .ibm,
            model: "POWER9 (architected), altivec supported"),
        CPUCase(
            name: "RISC-V with H", text: RecordedCPUs.riscv(isa: "rv64imafdch_zicsr_zifencei"), shape: .riscv,
            vendor: .riscv, model: "sifive,u74-mc", offers: .h, paging: .stage2, architecture: "riscv64"),
        CPUCase(
            name: "RISC-V without H", text: RecordedCPUs.riscv(isa: "rv64imafdc_zihintpause_sstc_svh"), shape: .riscv,
            vendor: .riscv, model: "sifive,u74-mc", offers: VirtualizationExtension.none,
            paging: SecondLevelPaging.none, architecture: "riscv64"),
        CPUCase(
            name: "RISC-V with letters of extensions alone", text: RecordedCPUs.riscv(isa: "rv64imacsh"), shape: .riscv,
            vendor: .riscv, model: "sifive,u74-mc", offers: VirtualizationExtension.none,
            paging: SecondLevelPaging.none, architecture: "riscv64"),
        CPUCase(
            name: "LoongArch", text: RecordedCPUs.loongson, shape: .loongarch, vendor: .other, model: "Loongson-3A5000",
            architecture: "loongarch64"),
        CPUCase(
            name: "MIPS", text: RecordedCPUs.mips, shape: .mips, vendor: .other, model: "Loongson-3 V0.3 FPU V0.1"),
        CPUCase(name: "nothing known", text: "hello : world\n", shape: .unrecognised),
        CPUCase(name: "empty", text: "", shape: .unrecognised),
    ]
}

@Suite("/proc/cpuinfo") struct CPUInfoTests {
    @Test("Every kind of processor is named, and what its file does not tell is unknown", arguments: CPUCase.all)
    func recorded(_ example: CPUCase) {
        let info = CPUInfo(parsing: Array(example.text.utf8))
        let signs = ExtensionSigns()
        #expect(info.shape == example.shape)
        #expect(info.vendor().value == example.vendor)
        #expect(info.model().value == example.model)
        #expect(info.virtualizationExtension(signs).value == example.offers)
        #expect(info.secondLevelPaging(signs).value == example.paging)
        #expect(info.architecture().value == example.architecture)
    }

    @Test("arm64's EL2 is told by a registered KVM or the kernel's log, and by nothing else")
    func el2() {
        let info = CPUInfo(parsing: Array(RecordedCPUs.neoverse.utf8))
        #expect(info.virtualizationExtension(ExtensionSigns()).isUnknown)
        #expect(info.virtualizationExtension(ExtensionSigns(kvmRegistered: false)).isUnknown)
        #expect(info.virtualizationExtension(ExtensionSigns(kvmRegistered: true)) == .known(.el2))
        #expect(info.virtualizationExtension(ExtensionSigns(startedAt: "EL1")) == .known(.none))
        #expect(info.secondLevelPaging(ExtensionSigns(startedAt: "EL2")) == .known(.stage2))
    }

    @Test("A partition on POWER has the hypervisor mode where kvm_hv has loaded")
    func power() {
        let info = CPUInfo(parsing: Array(RecordedCPUs.pSeriesGuest.utf8))
        #expect(info.virtualizationExtension(ExtensionSigns(modules: ["kvm_pr"])).isUnknown)
        #expect(info.virtualizationExtension(ExtensionSigns(modules: ["kvm_hv"])) == .known(.hv))
    }

    @Test("A loaded module's own parameter shows EPT where the flags don't")
    func parameter() {
        let info = CPUInfo(parsing: Array(RecordedCPUs.intelWithoutEPT.utf8))
        #expect(info.secondLevelPaging(ExtensionSigns(pagingParameter: true)) == .known(.ept))
    }

    @Test("A model's name with control characters is not passed on")
    func hostileModel() {
        let info = CPUInfo(
            parsing: Array(RecordedCPUs.x86(vendor: "AuthenticAMD", model: "a\u{1B}[31mb", flags: "svm").utf8))
        #expect(info.model().isUnknown)
    }
}

@Suite("Topology") struct CPUTopologyTests {
    static let counted: [(String, CPUTopology.Counts)] = [
        (RecordedCPUs.oldIntel, CPUTopology.Counts(sockets: 2, cores: 4, threads: 8)),
        (RecordedCPUs.mainframe, CPUTopology.Counts(sockets: 2, cores: 2, threads: 2)),
        (RecordedCPUs.oldMainframe, CPUTopology.Counts(threads: 3)),
        (RecordedCPUs.neoverse, CPUTopology.Counts(threads: 4)),
        (RecordedCPUs.powerNV, CPUTopology.Counts(threads: 2)),
        (RecordedCPUs.loongson, CPUTopology.Counts(sockets: 1, cores: 1, threads: 1)),
        ("", CPUTopology.Counts()),
    ]

    @Test("Counts come from /proc/cpuinfo as far as it tells", arguments: counted)
    func counts(_ text: String, _ expected: CPUTopology.Counts) {
        #expect(CPUTopology.counts(of: CPUInfo(parsing: Array(text.utf8))) == expected)
    }

    @Test("Cores that are numbered anew on each die of a package are all counted")
    func dies() {
        let text = (0..<4).map {
            "processor : \($0)\nvendor_id : AuthenticAMD\nphysical id : 0\ncore id : \($0 % 2)\ncpu cores : 4\n\n"
        }.joined()
        #expect(CPUTopology.counts(of: CPUInfo(parsing: Array(text.utf8))).cores == 4)
    }

    @Test("Ten thousand processors are counted")
    func many() throws {
        let text = (0..<10_000).map { number in
            """
            processor\t: \(number)
            vendor_id\t: GenuineIntel
            physical id\t: \(number / 100)
            core id\t: \(number % 100 / 2)
            flags\t: vme vmx lm


            """
        }.joined()
        let cpu = try FixtureTree(["/proc/cpuinfo": text]).provider.cpu()
        #expect(cpu.threads == .known(10_000))
        #expect(cpu.sockets == .known(100))
        #expect(cpu.cores == .known(5_000))
        #expect(cpu.extension == .known(.vmx))
    }

    @Test("What /proc/cpuinfo does not tell comes from /sys")
    func fromSys() throws {
        var files = ["/proc/cpuinfo": RecordedCPUs.neoverse, "/sys/devices/system/cpu/online": "0-2,5\n"]
        for cpu in [0, 1, 2, 5] {
            files["/sys/devices/system/cpu/cpu\(cpu)/topology/physical_package_id"] = "\(cpu / 5)\n"
            files["/sys/devices/system/cpu/cpu\(cpu)/topology/core_id"] = "\(cpu / 2)\n"
        }
        let cpu = try FixtureTree(files).provider.cpu()
        #expect(cpu.sockets == .known(2))
        #expect(cpu.cores == .known(3))
        #expect(cpu.threads == .known(4))
        files["/sys/devices/system/cpu/cpu1/topology/physical_package_id"] = "-1\n"
        let untold = try FixtureTree(files).provider.cpu()
        #expect(untold.sockets.isUnknown)
        #expect(untold.cores.isUnknown)
    }

    @Test("Without any source the counts are unknown")
    func nothing() throws {
        let cpu = try FixtureTree().provider.cpu()
        #expect(cpu.sockets.isUnknown && cpu.cores.isUnknown && cpu.threads.isUnknown)
        #expect(cpu.vendor.isUnknown && cpu.extension.isUnknown && cpu.runsUnder.isUnknown)
    }

    @Test(
        "Only lists of processors are read as such",
        arguments: [
            ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0,2-3", [0, 2, 3]), ("", nil), ("3-1", nil), ("a", nil), ("-1", nil),
            ("0-99999999999", nil), ("1-2-3", nil), ("0-16383,16384", nil),
        ] as [(String, [Int]?)])
    func lists(_ text: String, _ expected: [Int]?) {
        #expect(CPUTopology.numbers(inList: text) == expected)
    }
}
