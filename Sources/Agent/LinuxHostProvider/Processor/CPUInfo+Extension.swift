import NestingModel

/// What besides /proc/cpuinfo tells whether the virtualization extension is there.
struct ExtensionSigns: Sendable, Equatable {
    /// Whether KVM registered its device, which it does only where it can run; nil where that can't be told.
    var kvmRegistered: Bool?
    /// Modules in the running kernel.
    var modules: Set<String> = []
    /// `ept` of kvm_intel or `npt` of kvm_amd as loaded: the kernel turns it off where the processor lacks it.
    var pagingParameter: Bool?
    /// "EL1" or "EL2", where a kept kernel log says at which the processors started.
    var startedAt: String?
}

extension CPUInfo {
    func virtualizationExtension(_ signs: ExtensionSigns) -> Fact<VirtualizationExtension> {
        switch shape {
        case .x86:
            guard let flags = flags("flags") else { return .unknown("/proc/cpuinfo has no flags") }
            return .known(flags.contains("vmx") ? .vmx : flags.contains("svm") ? .svm : .none)
        case .arm:
            if signs.kvmRegistered == true || signs.startedAt == "EL2" { return .known(.el2) }
            if signs.startedAt == "EL1" { return .known(.none) }
            return .unknown("/proc/cpuinfo does not tell on arm64, and no working KVM shows that EL2 is there")
        case .s390x:
            guard let features = flags("features") else { return .unknown("/proc/cpuinfo has no features") }
            return .known(features.contains("sie") ? .sie : .none)
        case .power:
            // kvm_hv only loads where the hypervisor mode, or PowerVM's or KVM's nested interface, is there.
            if first["platform"] == "PowerNV" || signs.modules.contains("kvm_hv") { return .known(.hv) }
            return .unknown("a logical partition's /proc/cpuinfo does not tell whether nested KVM is offered")
        case .riscv:
            guard let isa = first["isa"] ?? first["hart isa"], isa.hasPrefix("rv") else {
                return .unknown("/proc/cpuinfo has no isa")
            }
            return .known(Self.singleLetters(ofISA: isa).contains("h") ? .h : .none)
        case .loongarch:
            guard let features = flags("Features") ?? flags("features") else {
                return .unknown("/proc/cpuinfo has no features")
            }
            return features.contains("lvz")
                ? .unknown("LoongArch's LVZ is there, for which nestor.report/1 has no word") : .known(.none)
        case .mips: return .unknown("this agent can't tell MIPS's virtualization extension")
        case .unrecognised: return .unknown("/proc/cpuinfo is of no form that this agent knows")
        }
    }

    func secondLevelPaging(_ signs: ExtensionSigns) -> Fact<SecondLevelPaging> {
        switch virtualizationExtension(signs) {
        case .known(.none): return .known(.none)
        case .known(.vmx):
            // Linux 5.9 moved ept from "flags" to "vmx flags".
            let offered = flags("flags")?.contains("ept") == true || flags("vmx flags")?.contains("ept") == true
            return .known(offered || signs.pagingParameter == true ? .ept : .none)
        case .known(.svm):
            return .known(flags("flags")?.contains("npt") == true || signs.pagingParameter == true ? .npt : .none)
        case .known(.el2), .known(.h): return .known(.stage2)
        // SIE and POWER's hypervisor mode always translate twice, in ways of their own.
        case .known(.sie), .known(.hv): return .known(.other)
        case .known(.unknown), .absent: return .unknown("the virtualization extension is not known")
        case .unknown(let reason): return .unknown(reason)
        }
    }

    /// The letters after "rv64" up to the first extension of several letters.
    private static func singleLetters(ofISA isa: String) -> Substring {
        isa.dropFirst(4).prefix { ("a"..."z").contains($0) && !["s", "x", "z"].contains($0) }
    }

    /// What uname's machine would say, as far as the file tells.
    func architecture() -> Fact<String> {
        switch shape {
        case .x86:
            guard let flags = flags("flags") else { return .unknown("/proc/cpuinfo has no flags") }
            return flags.contains("lm") ? .known("x86_64") : .known("i686")
        case .arm:
            guard let features = flags("Features") else { return .unknown("/proc/cpuinfo has no features") }
            if features.contains("asimd") || features.contains("fp") { return .known("aarch64") }
            return .unknown("a 32-bit ARM machine of an unknown version")
        case .s390x: return flags("features")?.contains("zarch") == false ? .known("s390") : .known("s390x")
        case .riscv:
            guard let isa = first["isa"] else { return .unknown("/proc/cpuinfo has no isa") }
            return .known(isa.hasPrefix("rv32") ? "riscv32" : "riscv64")
        case .loongarch: return .known("loongarch64")
        case .power: return .unknown("/proc/cpuinfo does not tell ppc64 from ppc64le")
        case .mips: return .unknown("/proc/cpuinfo does not tell the kinds of MIPS apart")
        case .unrecognised: return .unknown("/proc/cpuinfo is of no form that this agent knows")
        }
    }
}
