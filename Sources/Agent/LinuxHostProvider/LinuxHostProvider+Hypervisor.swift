package import NestingModel

extension LinuxHostProvider {
    package func hypervisor() -> HypervisorFacts {
        let info = cpuInfo().value
        let modules = ModuleSigns(reading: tree)
        let release = kernelRelease()
        let offered = info?.virtualizationExtension(extensionSigns(modules)).value
        let module = modules.module(for: info, extension: offered, runs: kvmRegistered() == true)
        let state = module.flatMap { modules.state(of: $0, tree, release: release.value) }
        let setting = module.map { NestedSetting(module: $0, shape: info?.shape ?? .unrecognised) }
        let (device, answer) = device()
        let commandLine = tree.text("/proc/cmdline").map { KernelCommandLine(parsing: $0) }
        let configured: NestedConfiguration =
            switch setting {
            case .known(let setting):
                .decide(
                    setting, state: state, modprobe: ModprobeConfiguration(reading: tree), commandLine: commandLine,
                    release: release)
            case .absent: NestedConfiguration(value: .absent, decidedBy: .absent)
            case .unknown(let reason): NestedConfiguration(value: .unknown(reason), decidedBy: .unknown(reason))
            }
        // Built in, but with nothing to run on, it is as good as not loaded.
        let isIdle = state == .known(.builtin) && device.value == nil && offered == VirtualizationExtension.none
        return HypervisorFacts(
            kind: kind(isIdle ? [] : modules.running, info, state, device), module: module, moduleState: state,
            nestedConfigured: configured.value,
            nestedConfiguredBy: configured.decidedBy,
            nestedLoaded: isIdle && device == .absent
                ? .absent : setting.flatMap { nestedLoaded($0, state, commandLine, answer) },
            device: device, parameters: module.value.map { parameters($0) } ?? [:], manager: .unknown("not asked here"))
    }

    /// The other parameters that matter to nesting; what the kernel does not have is left out.
    private func parameters(_ module: String) -> [String: String] {
        let names: [String: [String]] = [
            "kvm_intel": ["ept", "unrestricted_guest", "enable_shadow_vmcs", "enable_apicv", "ept_5level"],
            "kvm_amd": ["npt", "nrips", "vls", "vgif", "avic"],
            "kvm": ["hpage"],
        ]
        var values: [String: String] = [:]
        for name in names[module] ?? [] {
            if let value = tree.value("/sys/module/\(module)/parameters/\(name)").value, value.utf8.count <= 64 {
                values[name] = value
            }
        }
        return values
    }

    private func nestedLoaded(
        _ setting: NestedSetting, _ state: Fact<ModuleState>, _ commandLine: Fact<KernelCommandLine>,
        _ answer: LiveProbe.KVMAnswer?
    ) -> Fact<Bool> {
        switch setting.form {
        case .commandLineMode:
            if let nesting = answer?.nesting { return .known(nesting) }
            return commandLine.flatMap { line in
                (line.setting("kvm_arm", "mode") ?? nil) == "nested"
                    ? .unknown("kvm-arm.mode=nested is set; whether the processor allows it is not told by files")
                    : .known(false)
            }
        case .none: return .unknown("\(setting.module) has no setting for nesting that this agent knows")
        case .boolean, .integer:
            let path = "/sys/module/\(setting.module)/parameters/nested"
            let value = tree.value(path)
            if let word = value.value {
                // The kernel prints a bool as Y or N and an int as a number: both are read, whatever the module is.
                guard let nested = ParameterValue.integer(word) ?? ParameterValue.bool(word) else {
                    return .unknown("\(path) holds \(HostText.quoted(word)), which is no switch")
                }
                return .known(nested)
            }
            switch state {
            case .known(.available), .known(.missing): return .absent
            case .known: return .unknown(value.reason ?? "\(path) is not there")
            case .absent, .unknown: return .unknown(value.reason ?? state.reason ?? "\(path) is not there")
            }
        }
    }

    private func kind(
        _ modules: Set<String>, _ info: CPUInfo?, _ state: Fact<ModuleState>, _ device: Fact<KVMDevice>
    ) -> Fact<HypervisorVendor> {
        if tree.text("/proc/xen/capabilities").value?.contains("control_d") == true { return .known(.xen) }
        // A node alone proves nothing: systemd makes /dev/kvm wherever the module could be loaded.
        if device.value?.createsVM == .known(true) { return .known(.kvm) }
        if let registered = kvmRegistered() { return registered ? .known(.kvm) : .absent }
        // On x86 the common module alone runs nothing.
        if !modules.subtracting(info?.shape == .x86 ? ["kvm"] : []).isEmpty { return .known(.kvm) }
        if device == .absent { return .absent }
        switch state {
        case .known(.available), .known(.missing): return .absent
        default: return .unknown(state.reason ?? device.reason ?? "whether KVM runs here is not told")
        }
    }

    /// The device and, on the running machine, what it answered.
    private func device() -> (Fact<KVMDevice>, LiveProbe.KVMAnswer?) {
        let path = "/dev/kvm"
        switch tree.entry(path) {
        case .absent: return (.absent, nil)
        case .unknown(let reason):
            if let devices = tree.text("/proc/misc").value, !tree.live {
                guard HostText.lines(devices).contains(where: { HostText.words($0).last == "kvm" }) else {
                    return (.absent, nil)
                }
                return (.known(Self.device(because: reason)), nil)
            }
            return (.unknown(reason), nil)
        case .known(let entry) where entry.kind == .characterDevice:
            var device = KVMDevice(
                mode: .known(Self.octal(entry.mode)),
                owner: .known(AccountNames.name(of: entry.owner, in: "/etc/passwd", tree)),
                group: .known(AccountNames.name(of: entry.group, in: "/etc/group", tree)),
                opens: .unknown(Self.copied), createsVM: .unknown(Self.copied))
            guard let probe else { return (.known(device), nil) }
            let answer = probe.kvm(tree.root == "/" ? path : tree.root + path)
            device.opens = .known(answer.openFault == nil)
            device.createsVM =
                if let fault = answer.openFault {
                    .unknown("\(path) could not be opened: \(fault)")
                } else {
                    .known(answer.createFault == nil)
                }
            return (.known(device), answer)
        case .known:
            let reason = "\(path) is not a device node" + (tree.live ? "" : " in the copied tree")
            return (tree.live ? .unknown(reason) : .known(Self.device(because: reason)), nil)
        }
    }

    private static func device(because reason: String) -> KVMDevice {
        KVMDevice(
            mode: .unknown(reason), owner: .unknown(reason), group: .unknown(reason), opens: .unknown(copied),
            createsVM: .unknown(copied))
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
