import NestingModel

/// What libvirt knows of the host's CPU and of what each engine's `host-model` is: by it are the CPU modes resolved.
struct HostVirtualization: Equatable {
    /// One engine's host model, from the domain capabilities.
    struct HostModel: Equatable {
        var model: String
        /// Policies by feature name.
        var features: [String: String]

        /// Whether the engine's own view of the host's CPU has the extension. libvirt finds the model by features, so
        /// that what the model has and no line takes away is there.
        func has(_ feature: String) -> Bool {
            switch features[feature] {
            case "disable", "forbid": false
            case nil: feature == "svm" && CPUModels.bringsSVM(model) == true
            default: true
            }
        }
    }

    var uuid: Fact<String> = .unknown("not asked")
    /// The extension that goes with the host CPU's vendor.
    var `extension`: VirtualizationExtension?
    /// Whether the host's own CPU has it, by libvirt's reading.
    var cpuHasIt: Fact<Bool> = .unknown("not asked")
    var kvm: Fact<HostModel> = .unknown("not asked")
    var qemu: Fact<HostModel> = .unknown("not asked")

    /// The same host as it was when something could still be exposed: what KVM gives is left open.
    var whateverKVMGives: HostVirtualization {
        var host = self
        host.kvm = .unknown("left open")
        host.cpuHasIt = .unknown("left open")
        return host
    }

    /// Whether a KVM guest gets the extension with the host's CPU passed through: false where kvm's nested is off.
    func passesThrough(_ feature: String) -> Fact<Bool> {
        if let model = kvm.value { return .known(model.has(feature)) }
        switch cpuHasIt {
        case .known(false): return .known(false)
        case .unknown(let reason): return .unknown(reason)
        default: return .unknown("what KVM passes through can't be told: \(kvm.reason ?? "no domain capabilities")")
        }
    }
}

/// Which of QEMU's named x86 models have svm in them. None has vmx: it must be asked for.
///
/// Source: libvirt 9.0's cpu_map (x86_*.xml) and QEMU's target/i386/cpu.c. QEMU turns svm off in every named model
/// under KVM (kvm_default_props: svm off), and leaves it on under TCG.
enum CPUModels {
    private static let withSVM: Set<String> = [
        "qemu64", "phenom", "Dhyana", "Opteron_G2", "Opteron_G3", "Opteron_G4", "Opteron_G5", "EPYC", "EPYC-IBPB",
        "EPYC-Rome", "EPYC-Milan", "EPYC-Genoa", "EPYC-Turin",
    ]
    private static let without: Set<String> = [
        "486", "athlon", "Conroe", "core2duo", "coreduo", "cpu64-rhel5", "cpu64-rhel6", "kvm32", "kvm64", "n270",
        "Opteron_G1", "Penryn", "pentium", "pentium2", "pentium3", "pentiumpro", "qemu32",
    ]
    private static let intelFamilies = [
        "Nehalem", "Westmere", "SandyBridge", "IvyBridge", "Haswell", "Broadwell", "Skylake-", "Cascadelake-",
        "Cooperlake", "Icelake-", "SapphireRapids", "GraniteRapids", "SierraForest", "ClearwaterForest", "Snowridge",
        "Denverton", "KnightsMill", "YongFeng",
    ]

    /// Nil where the model is not known.
    static func bringsSVM(_ model: String) -> Bool? {
        // A version (EPYC-v4) has the features that count here in common with its model.
        let name = versionless(model)
        if withSVM.contains(name) { return true }
        if without.contains(name) || isIntel(name) { return false }
        return nil
    }

    static func isIntel(_ model: String) -> Bool {
        intelFamilies.contains { model.hasPrefix($0) }
            || ["Conroe", "Penryn", "core2duo", "coreduo", "n270", "pentium", "pentium2", "pentium3"].contains(model)
    }

    private static func versionless(_ model: String) -> String {
        guard let mark = model.lastIndex(of: "-") else { return model }
        let tail = model[model.index(after: mark)...]
        guard tail.first == "v", tail.count > 1, tail.dropFirst().allSatisfy(\.isNumber) else { return model }
        return String(model[..<mark])
    }
}
