import NestingModel

/// Which KVM modules the running kernel has.
struct ModuleSigns: Sendable, Equatable {
    /// Of each module in the running kernel, with underscores, how it came there.
    var states: [String: Fact<ModuleState>] = [:]
    /// Whether a module that is not in `states` is known not to be loaded, and not to be built in.
    var knowsLoaded = false
    var knowsBuiltin = false

    var running: Set<String> { Set(states.keys) }

    /// Every module of KVM's on any architecture.
    static let names = ["kvm_intel", "kvm_amd", "kvm_pvm", "kvm_hv", "kvm_pr", "kvm"]

    init(reading tree: HostTree) {
        let loaded: Fact<Set<String>> = tree.text("/proc/modules").map { text in
            Set(HostText.lines(text).compactMap { HostText.words($0.prefix(256)).first })
        }
        // A copy may hold the folders of a few modules only; a whole /sys has dozens.
        knowsBuiltin = tree.names("/sys/module").value.map { tree.live || $0.count > 8 } ?? false
        knowsLoaded = loaded.value != nil || knowsBuiltin
        for name in Self.names {
            let folder = "/sys/module/\(name)"
            let inKernel = tree.exists(folder)
            // Only a loaded module has these; a built-in one has nothing but its parameters.
            let marks = ["initstate", "coresize", "refcnt", "taint"]
            if loaded.value?.contains(name) == true || (inKernel && marks.contains { tree.exists("\(folder)/\($0)") }) {
                states[name] = .known(.loaded)
            } else if inKernel {
                states[name] =
                    loaded.value != nil || tree.live
                    ? .known(.builtin) : .unknown("\(name) is in the running kernel; loaded or built in is not told")
            }
        }
    }

    /// The state of the module that counts; the catalogue is only asked for what the running kernel does not show.
    func state(of name: String, _ tree: HostTree, release: String?) -> Fact<ModuleState> {
        if let state = states[name], !state.isUnknown { return state }
        let catalogue = ModuleCatalogue(reading: tree, release: release)
        if catalogue.builtin.value?.contains(name) == true { return .known(.builtin) }
        if let state = states[name] { return state }
        guard knowsLoaded else { return .unknown("nothing readable tells whether \(name) is in the running kernel") }
        return catalogue.state(of: name, knowsBuiltin: knowsBuiltin)
    }

    /// The module that nesting depends on here. A kernel with both vendors' modules built in has both in /sys.
    /// - Parameter runs: whether KVM is known to run, by whatever module.
    func module(for info: CPUInfo?, extension offered: VirtualizationExtension?, runs: Bool) -> Fact<String> {
        let vendorModules = ["kvm_intel", "kvm_amd", "kvm_pvm", "kvm_hv", "kvm_pr"].filter { running.contains($0) }
        let expected = Self.expected(for: info, extension: offered)
        if let expected, running.contains(expected) { return .known(expected) }
        if let only = vendorModules.first, vendorModules.count == 1 || expected == nil { return .known(only) }
        if runs, info?.shape == .x86, offered == VirtualizationExtension.none {
            return .unknown("KVM runs here without a hardware extension, by a module that is not told")
        }
        if let expected { return .known(expected) }
        if running.contains("kvm") { return .known("kvm") }
        return .unknown("nothing readable tells which KVM module belongs here")
    }

    private static func expected(
        for info: CPUInfo?, extension offered: VirtualizationExtension?
    ) -> String? {
        switch info?.shape {
        case .x86:
            switch (offered, info?.vendor().value) {
            case (.vmx, _), (_, .intel), (_, .zhaoxin): "kvm_intel"
            case (.svm, _), (_, .amd), (_, .hygon): "kvm_amd"
            default: nil
            }
        case .arm, .s390x, .riscv, .loongarch, .mips: "kvm"
        case .power: info?.isIBMPower == true ? "kvm_hv" : "kvm"
        case .unrecognised, nil: nil
        }
    }
}

/// What the modules' folder of the running kernel's release lists.
struct ModuleCatalogue: Sendable, Equatable {
    var builtin: Fact<Set<String>>
    var loadable: Fact<Set<String>>

    init(reading tree: HostTree, release: String?) {
        guard let release, !release.contains("/"), release != "..", release != "." else {
            builtin = .unknown("the kernel's release is not known")
            loadable = builtin
            return
        }
        let folders = ["/lib/modules/\(release)", "/usr/lib/modules/\(release)"]
        let folder = folders.first { tree.exists($0) } ?? folders[0]
        builtin = tree.text("\(folder)/modules.builtin").map { Self.names(in: $0) }
        loadable = tree.text("\(folder)/modules.dep").map { Self.names(in: $0) }
    }

    /// The state of a module that is not loaded, and not in the list of what is built in.
    func state(of name: String, knowsBuiltin: Bool) -> Fact<ModuleState> {
        switch loadable {
        case .known(let names) where names.contains(name): return .known(.available)
        case .known where knowsBuiltin || builtin.value != nil: return .known(.missing)
        case .known: return .unknown("\(name) is not loaded; whether it is built in is not told")
        case .absent: return .unknown("\(name) is not loaded, and there is no modules.dep that would list it")
        case .unknown(let reason): return .unknown("\(name) is not loaded; \(reason)")
        }
    }

    /// From lines such as `kernel/arch/x86/kvm/kvm-intel.ko.xz: …`: the modules with `kvm` in their names.
    static func names(in text: String) -> Set<String> {
        var names: Set<String> = []
        for line in HostText.lines(text) {
            let path = line.utf8.prefix { $0 != UInt8(ascii: ":") }
            let file = path.suffix(
                from: path.lastIndex(of: UInt8(ascii: "/")).map { path.index(after: $0) } ?? path.startIndex)
            guard file.starts(with: Array("kvm".utf8)) else { continue }
            let stem = Substring(file).split(separator: ".").first.map(String.init) ?? ""
            names.insert(ModprobeConfiguration.underscored(stem))
        }
        return names
    }
}
