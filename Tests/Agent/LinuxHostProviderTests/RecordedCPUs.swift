/// /proc/cpuinfo as machines of many kinds wrote it, shortened to what counts.
enum RecordedCPUs {
    /// Two sockets of two cores with two threads each; a kernel before 5.9, with ept among the flags.
    static let oldIntel = intel("vme vmx est tm2 ssse3 lm tpr_shadow vnmi flexpriority ept vpid", vmxFlags: nil)
    /// A kernel since 5.9.
    static let newIntel = intel(
        "vme vmx est lm nx", vmxFlags: "vnmi preemption_timer invvpid ept_x_only ept_ad ept vpid")
    /// Intel's first VT-x had no EPT.
    static let intelWithoutEPT = intel("vme vmx est lm", vmxFlags: nil)
    static let intelGuest = intel("vme lm hypervisor tsc_known_freq", vmxFlags: nil)

    static func intel(_ flags: String, vmxFlags: String?) -> String {
        var text = ""
        for processor in 0..<8 {
            text += """
                processor\t: \(processor)
                vendor_id\t: GenuineIntel
                cpu family\t: 6
                model\t\t: 85
                model name\t: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz
                physical id\t: \(processor / 4)
                siblings\t: 4
                core id\t\t: \(processor % 4 / 2)
                cpu cores\t: 2
                flags\t\t: \(flags)

                """
            if let vmxFlags { text += "vmx flags\t: \(vmxFlags)\n" }
            text += "bugs\t\t: spectre_v1\n\n"
        }
        return text
    }

    static func x86(vendor: String, model: String, flags: String, place: String = "physical id\t: 0\ncore id\t\t: 0\n")
        -> String
    {
        """
        processor\t: 0
        vendor_id\t: \(vendor)
        cpu family\t: 25
        model name\t: \(model)
        \(place)flags\t\t: \(flags)
        """
    }

    static let epyc = x86(
        vendor: "AuthenticAMD", model: "AMD EPYC 7763 64-Core Processor                ",
        flags: "fpu lm svm npt lbrv svm_lock nrip_save vgif avic")
    static let hygon = x86(vendor: "HygonGenuine", model: "Hygon C86 7285 32-core Processor", flags: "lm svm npt")
    static let zhaoxin = x86(vendor: "  Shanghai  ", model: "ZHAOXIN KaiXian KX-6640MA@2.2+GHz", flags: "lm vmx ept")
    static let centaur = x86(vendor: "CentaurHauls", model: "VIA Nano U3100", flags: "lm vmx")

    static let neoverse = arm(implementer: "0x41", part: "0xd0c")

    static func arm(implementer: String, part: String) -> String {
        (0..<4).map {
            """
            processor\t: \($0)
            BogoMIPS\t: 50.00
            Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics
            CPU implementer\t: \(implementer)
            CPU architecture: 8
            CPU variant\t: 0x3
            CPU part\t: \(part)
            CPU revision\t: 1


            """
        }.joined()
    }

    static let mainframe = """
        vendor_id       : IBM/S390
        # processors    : 2
        bogomips per cpu: 3241.00
        max thread id   : 0
        features\t: esan3 zarch stfle msa ldisp eimm dfp edat etf3eh highgprs te vx vxd vxe gs vxe2 vxp sort dflt sie
        facilities      : 0 1 2 3 4 6 7 8 9 10 12 14 15 16 17 18
        cache0          : level=1 type=Data scope=Private size=128K line_size=256 associativity=8
        processor 0: version = 00,  identification = 2B6C58,  machine = 8561
        processor 1: version = 00,  identification = 2B6C58,  machine = 8561

        cpu number      : 0
        physical id     : 1
        core id         : 0
        book id         : 1
        drawer id       : 1
        siblings        : 1
        cpu cores       : 1
        cpu MHz dynamic : 5200

        cpu number      : 1
        physical id     : 2
        core id         : 1
        book id         : 1
        drawer id       : 1
        siblings        : 1
        cpu cores       : 1
        cpu MHz dynamic : 5200
        """
    static let oldMainframe = """
        vendor_id       : IBM/S390
        # processors    : 3
        bogomips per cpu: 13370.00
        features\t: esan3 zarch stfle msa
        processor 0: version = FF,  identification = 0133E8,  machine = 2817
        processor 1: version = FF,  identification = 1133E8,  machine = 2817
        processor 2: version = FF,  identification = 2133E8,  machine = 2817
        """

    static let powerNV = """
        processor\t: 0
        cpu\t\t: POWER9, altivec supported
        clock\t\t: 3800.000000MHz
        revision\t: 2.2 (pvr 004e 1202)

        processor\t: 1
        cpu\t\t: POWER9, altivec supported
        clock\t\t: 3800.000000MHz
        revision\t: 2.2 (pvr 004e 1202)

        timebase\t: 512000000
        platform\t: PowerNV
        model\t\t: 9006-22P
        machine\t\t: PowerNV 9006-22P
        firmware\t: OPAL
        MMU\t\t: Radix
        """
    static let pSeriesGuest = """
        processor\t: 0
        cpu\t\t: POWER9 (architected), altivec supported
        clock\t\t: 2900.000000MHz
        revision\t: 2.2 (pvr 004e 1202)

        timebase\t: 512000000
        platform\t: pSeries
        model\t\t: IBM pSeries (emulated by qemu)
        machine\t\t: CHRP IBM pSeries (emulated by qemu)
        MMU\t\t: Radix
        """
    static let powerVM = """
        processor\t: 0
        cpu\t\t: POWER10 (architected), altivec supported
        revision\t: 2.0 (pvr 0080 0200)

        timebase\t: 512000000
        platform\t: pSeries
        model\t\t: IBM,9105-22A
        machine\t\t: CHRP IBM,9105-22A
        """

    static func riscv(isa: String) -> String {
        """
        processor\t: 0
        hart\t\t: 1
        isa\t\t: \(isa)
        mmu\t\t: sv48
        uarch\t\t: sifive,u74-mc

        processor\t: 1
        hart\t\t: 2
        isa\t\t: \(isa)
        mmu\t\t: sv48
        uarch\t\t: sifive,u74-mc
        """
    }

    static let loongson = """
        system type\t\t: generic-loongson-machine

        processor\t\t: 0
        package\t\t\t: 0
        core\t\t\t: 0
        global_id\t\t: 0
        CPU Family\t\t: Loongson-64bit
        Model Name\t\t: Loongson-3A5000
        Features\t\t: cpucfg lam ual fpu lsx lasx complex crypto lvz
        """
    static let mips = """
        system type\t\t: generic-loongson-machine
        machine\t\t\t: loongson,generic
        processor\t\t: 0
        cpu model\t\t: Loongson-3 V0.3  FPU V0.1
        ASEs implemented\t: vz msa
        """

    static let all: [String] = [
        oldIntel, newIntel, intelGuest, epyc, hygon, zhaoxin, centaur, neoverse, mainframe, oldMainframe, powerNV,
        pSeriesGuest, powerVM, riscv(isa: "rv64imafdch_zicsr"), loongson, mips,
    ]
}
