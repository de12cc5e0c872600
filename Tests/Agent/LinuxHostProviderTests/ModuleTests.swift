import NestingModel
import Testing

@testable import LinuxHostProvider

@Suite("modprobe.d and the kernel command line") struct NestedConfigurationTests {
    static func decide(
        _ files: [String: String], module: String = "kvm_intel", shape: CPUInfo.Shape = .x86,
        state: ModuleState = .loaded, release: String = "6.1.0-18-amd64"
    ) throws -> NestedConfiguration {
        let fixture = try FixtureTree(
            ["/proc/cmdline": "ro quiet", "/etc/modprobe.d/empty.conf": ""].merging(files) { $1 })
        return .decide(
            NestedSetting(module: module, shape: shape), state: .known(state),
            modprobe: ModprobeConfiguration(reading: fixture.tree),
            commandLine: fixture.tree.text("/proc/cmdline").map { KernelCommandLine(parsing: $0) },
            release: .known(release))
    }

    static let conf = "/etc/modprobe.d/kvm.conf"

    static let settings: [([String: String], Bool, String)] = [
        ([conf: "options kvm_intel nested=0\n"], false, "/etc/modprobe.d/kvm.conf:1"),
        (
            [conf: "# options kvm_intel nested=0\n\noptions kvm-intel ept=1 nested\r\n"], true,
            "/etc/modprobe.d/kvm.conf:3"
        ),
        ([conf: "options kvm_intel \\\n ept=1 \\\n nested=N\n"], false, "/etc/modprobe.d/kvm.conf:1"),
        ([conf: "options kvm_intel nested=1\noptions kvm_intel nested=n\n"], false, "/etc/modprobe.d/kvm.conf:2"),
        ([conf: "options kvm_intel nested=1 nested=0"], false, "/etc/modprobe.d/kvm.conf:1"),
        ([conf: "options kvm_amd nested=0\noptions kvm nested=0"], true, "kernel default"),
        ([conf: "options kvm_intel nested_early_check=0"], true, "kernel default"),
        (["/etc/modprobe.d/kvm.config": "options kvm_intel nested=0"], true, "kernel default"),
        // The folders' order hides by name; the names' order decides which is last.
        (
            ["/usr/lib/modprobe.d/kvm.conf": "options kvm_intel nested=0", conf: "options kvm_intel nested=1"], true,
            "/etc/modprobe.d/kvm.conf:1"
        ),
        (
            ["/usr/lib/modprobe.d/z.conf": "options kvm_intel nested=0", conf: "options kvm_intel nested=1"], false,
            "/usr/lib/modprobe.d/z.conf:1"
        ),
        (["/run/modprobe.d/kvm.conf": "options kvm_intel nested=0", conf: ""], true, "kernel default"),
        (["/proc/cmdline": "kvm_intel.nested=0", conf: "options kvm_intel nested=1"], false, "kernel command line"),
        (["/proc/cmdline": "kvm_intel.nested=0 kvm-intel.nested"], true, "kernel command line"),
        (["/proc/cmdline": "a=\"b kvm_intel.nested=0\""], true, "kernel default"),
        (["/proc/cmdline": "quiet -- kvm_intel.nested=0"], true, "kernel default"),
        (
            [conf: "blacklist kvm_intel"], true, "kernel default (blacklisted at /etc/modprobe.d/kvm.conf:1)"
        ),
    ]

    @Test("The last setting counts, the command line over all files", arguments: settings)
    func precedence(_ files: [String: String], _ value: Bool, _ place: String) throws {
        let configuration = try Self.decide(files)
        #expect(configuration.value == .known(value))
        #expect(configuration.decidedBy == .known(place))
    }

    @Test("Files do not apply to what is built in")
    func builtin() throws {
        let file = [Self.conf: "options kvm_intel nested=0"]
        #expect(try Self.decide(file, state: .builtin).decidedBy == .known("kernel default"))
        let line = try Self.decide(file.merging(["/proc/cmdline": "kvm_intel.nested=0"]) { $1 }, state: .builtin)
        #expect(line.value == .known(false))
    }

    @Test(
        "Untold, the kernel's release and the module decide",
        arguments: [
            ("kvm_intel", .x86, "6.1.0-18-amd64", true), ("kvm_intel", .x86, "4.20.0", true),
            ("kvm_intel", .x86, "4.19.0-26-amd64", false), ("kvm_intel", .x86, "3.10.0-1160.el7.x86_64", nil),
            ("kvm_intel", .x86, "4.18.0-513.el8.x86_64", nil), ("kvm_intel", .x86, "strange", nil),
            ("kvm_amd", .x86, "3.2.0", true), ("kvm", .s390x, "6.1.0", false), ("kvm_hv", .power, "6.1.0", true),
            ("kvm", .arm, "6.1.0", false), ("kvm", .riscv, "6.1.0", nil), ("kvm_pvm", .x86, "6.1.0", nil),
        ] as [(String, CPUInfo.Shape, String, Bool?)])
    func defaults(_ module: String, _ shape: CPUInfo.Shape, _ release: String, _ value: Bool?) throws {
        #expect(try Self.decide([:], module: module, shape: shape, release: release).value.value == value)
    }

    @Test("A word with which the module would not load is unknown")
    func refused() throws {
        #expect(try Self.decide([Self.conf: "options kvm_intel nested=maybe"]).value.isUnknown)
        #expect(try Self.decide([Self.conf: "options kvm_amd nested=Y"], module: "kvm_amd").value.isUnknown)
        #expect(try Self.decide([Self.conf: "options kvm_amd nested"], module: "kvm_amd").value.isUnknown)
        #expect(try Self.decide([Self.conf: "options kvm_amd nested=0x0"], module: "kvm_amd").value == .known(false))
    }

    @Test("What replaces loading, and what can't be read, leaves it unknown")
    func unknown() throws {
        let install = try Self.decide([Self.conf: "install kvm-intel /bin/false"])
        #expect(install.value.reason?.contains("/etc/modprobe.d/kvm.conf:1") == true)
        let fixture = try FixtureTree()
        let nothing = NestedConfiguration.decide(
            NestedSetting(module: "kvm_intel", shape: .x86), state: .known(.loaded),
            modprobe: ModprobeConfiguration(reading: fixture.tree), commandLine: .unknown("no"), release: .known("6.1"))
        #expect(nothing.value.isUnknown && nothing.decidedBy.isUnknown)
    }

    @Test("The default holds only where every place that could set it was read; a file's word holds with a note")
    func incomplete() throws {
        func decide(_ files: [String: String]) throws -> NestedConfiguration {
            let fixture = try FixtureTree(files.merging(["/proc/cpuinfo": RecordedCPUs.newIntel]) { $1 })
            let facts = fixture.provider.hypervisor()
            return NestedConfiguration(value: facts.nestedConfigured, decidedBy: facts.nestedConfiguredBy)
        }
        let release = ["/proc/sys/kernel/osrelease": "6.1.0\n"]
        #expect(try decide(release.merging(["/proc/cmdline": "ro"]) { $1 }).value.isUnknown)
        #expect(try decide(release.merging([Self.conf: ""]) { $1 }).value.isUnknown)
        #expect(try decide(release.merging([Self.conf: "", "/proc/cmdline": "ro"]) { $1 }).value == .known(true))
        let file = try decide([Self.conf: "options kvm_intel nested=0"])
        #expect(file.value == .known(false))
        #expect(file.decidedBy.value?.contains("the kernel command line could not be read") == true)
    }

    @Test("A link to /dev/null hides a file")
    func hidden() throws {
        let fixture = try FixtureTree(["/usr/lib/modprobe.d/kvm.conf": "options kvm_intel nested=0"])
        try fixture.link("/etc/modprobe.d/kvm.conf", to: "/dev/null")
        #expect(ModprobeConfiguration(reading: fixture.tree).commands.isEmpty)
        #expect(ModprobeConfiguration(reading: fixture.tree).faults.isEmpty)
    }

    @Test("arm64 takes its mode from the command line")
    func arm() throws {
        let nested = try Self.decide(["/proc/cmdline": "kvm-arm.mode=nested"], module: "kvm", shape: .arm)
        #expect(nested.value == .known(true) && nested.decidedBy == .known("kernel command line"))
        let other = try Self.decide(["/proc/cmdline": "kvm-arm.mode=protected"], module: "kvm", shape: .arm)
        #expect(other.value == .known(false) && other.decidedBy == .known("kernel command line"))
    }

    @Test(
        "Switches are read as the kernel reads them",
        arguments: [
            ("Y", true, nil), ("1", true, true), ("on", true, nil), ("0", false, false), ("off", false, nil),
            ("N", false, nil), ("o", nil, nil), ("", nil, nil), ("2", nil, true), ("-1", nil, true),
            ("0x10", false, true), ("00", false, false), ("99999999999", nil, nil),
        ] as [(String, Bool?, Bool?)])
    func switches(_ word: String, _ boolean: Bool?, _ integer: Bool?) {
        #expect(ParameterValue.bool(word) == boolean)
        #expect(ParameterValue.integer(word) == integer)
    }
}

@Suite("Module state") struct ModuleSignsTests {
    static let release = ["/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n"]
    static let dep = "/lib/modules/6.1.0-18-amd64/modules.dep"

    static let states: [([String: String], ModuleState?)] = [
        (["/proc/modules": "kvm_intel 380928 0 - Live 0x0000000000000000\n"], .loaded),
        (["/sys/module/kvm_intel/initstate": "live\n"], .loaded),
        (["/sys/module/kvm_intel/parameters/nested": "Y\n", "/proc/modules": "ext4 1 0 - Live 0x0\n"], .builtin),
        (["/sys/module/kvm_intel/parameters/nested": "Y\n"], nil),
        (["/lib/modules/6.1.0-18-amd64/modules.builtin": "kernel/arch/x86/kvm/kvm-intel.ko\n"], .builtin),
        (
            [dep: "kernel/arch/x86/kvm/kvm-intel.ko.xz: kernel/arch/x86/kvm/kvm.ko.xz\n", "/proc/modules": "\n"],
            .available
        ),
        ([dep: "kernel/arch/x86/kvm/kvm-intel.ko.xz: kernel/arch/x86/kvm/kvm.ko.xz\n"], nil),
        (
            [
                dep: "kernel/fs/ext4/ext4.ko:\n", "/proc/modules": "\n",
                "/lib/modules/6.1.0-18-amd64/modules.builtin": "\n",
            ], .missing
        ),
        ([dep: "kernel/fs/ext4/ext4.ko:\n", "/proc/modules": "\n"], nil),
        ([:], nil),
    ]

    @Test("It is told by what the running kernel shows, else by its catalogue", arguments: states)
    func state(_ files: [String: String], _ expected: ModuleState?) throws {
        let all = Self.release.merging(files) { $1 }.merging(["/proc/cpuinfo": RecordedCPUs.newIntel]) { $1 }
        let facts = try FixtureTree(all).provider.hypervisor()
        #expect(facts.module == .known("kvm_intel"))
        #expect(facts.moduleState.value == expected)
    }

    @Test("A kernel's release can't lead the reader elsewhere")
    func hostileRelease() throws {
        let fixture = try FixtureTree(["/secret/modules.dep": "kvm-intel.ko:\n"])
        #expect(ModuleCatalogue(reading: fixture.tree, release: "../../secret").loadable.isUnknown)
    }

    @Test("Of two vendors' modules in the kernel, the processor's own counts")
    func bothBuiltin() throws {
        let files = [
            "/proc/cpuinfo": RecordedCPUs.epyc, "/proc/modules": "", "/sys/module/kvm_intel/parameters/nested": "Y\n",
            "/sys/module/kvm_amd/parameters/nested": "0\n", "/sys/module/kvm_amd/parameters/npt": "Y\n",
        ]
        let facts = try FixtureTree(files).provider.hypervisor()
        #expect(facts.module == .known("kvm_amd"))
        #expect(facts.moduleState == .known(.builtin))
        #expect(facts.nestedLoaded == .known(false))
        #expect(facts.parameters == ["npt": "Y"])
    }

    @Test("The one vendor module that runs counts, whatever the processor is")
    func software() throws {
        let files = ["/proc/cpuinfo": RecordedCPUs.intelGuest, "/sys/module/kvm_pvm/uevent": "", "/proc/modules": "\n"]
        #expect(try FixtureTree(files).provider.hypervisor().module == .known("kvm_pvm"))
    }

    @Test("KVM that runs without a hardware extension is nobody's module that was not seen")
    func softwareUnseen() throws {
        let files = ["/proc/cpuinfo": RecordedCPUs.intelGuest, "/proc/misc": "232 kvm\n"]
        #expect(try FixtureTree(files).provider.hypervisor().module.isUnknown)
    }

    @Test(
        "Every processor has its module, and an unknown one none",
        arguments: [
            (RecordedCPUs.newIntel, "kvm_intel"), (RecordedCPUs.intelGuest, "kvm_intel"),
            (RecordedCPUs.epyc, "kvm_amd"),
            (RecordedCPUs.hygon, "kvm_amd"), (RecordedCPUs.zhaoxin, "kvm_intel"), (RecordedCPUs.neoverse, "kvm"),
            (RecordedCPUs.mainframe, "kvm"), (RecordedCPUs.powerNV, "kvm_hv"), ("what : ever", nil),
        ] as [(String, String?)])
    func names(_ cpu: String, _ module: String?) throws {
        #expect(try FixtureTree(["/proc/cpuinfo": cpu]).provider.hypervisor().module.value == module)
    }

    @Test("A module that is not loaded has no loaded setting")
    func notLoaded() throws {
        let files = Self.release.merging([
            "/proc/cpuinfo": RecordedCPUs.newIntel, Self.dep: "x/kvm-intel.ko:\n", "/proc/modules": "",
        ]) { $1 }
        #expect(try FixtureTree(files).provider.hypervisor().nestedLoaded == .absent)
    }
}
