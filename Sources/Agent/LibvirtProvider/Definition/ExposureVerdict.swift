import NestingModel

/// Whether a definition gives its guest virtualization extensions, and what in it decides.
struct ExposureVerdict: Equatable {
    var exposed: Fact<Bool>
    var mechanism: Fact<String>

    init(_ exposed: Fact<Bool>, _ mechanism: String) {
        self.exposed = exposed
        self.mechanism = .known(printable(mechanism.utf8))
    }
}

extension DomainDefinition {
    /// - Parameter live: this is a running guest's XML, in which libvirt has written out what QEMU really has.
    func exposure(on host: HostVirtualization, live: Bool = false) -> ExposureVerdict {
        let cpu = self.cpu
        guard isX86 else {
            let arch = printable((arch ?? "no architecture").utf8)
            return ExposureVerdict(.unknown("exposure is told for x86 guests only, this is \(arch)"), "cpu of \(arch)")
        }
        switch engine.value {
        case .kvm: return underKVM(cpu, host, live)
        case .qemu: return underTCG(cpu, host)
        default: return ExposureVerdict(.unknown("exposure is told for kvm and qemu guests only"), "type \(typeName)")
        }
    }

    private func underKVM(_ cpu: CPUDefinition, _ host: HostVirtualization, _ live: Bool) -> ExposureVerdict {
        let names = host.extension.map { [$0.rawValue] } ?? ["vmx", "svm"]
        let lines = cpu.features.filter { names.contains($0.name) }
        if let line = lines.first(where: \.isOn) ?? lines.first {
            let mechanism = "feature \(line.name) \(line.policy)"
            guard line.policy == "optional" else { return ExposureVerdict(.known(line.isOn), mechanism) }
            return ExposureVerdict(host.passesThrough(line.name), mechanism)
        }
        switch cpu.mode {
        case .hostPassthrough, .maximum:
            guard let name = host.extension?.rawValue else {
                return ExposureVerdict(.unknown("libvirt does not know the host CPU's vendor"), cpu.mode.rawValue)
            }
            let passed = host.passesThrough(name)
            let reason = passed.value == false ? ", but KVM has no \(name) to pass on" : ""
            return ExposureVerdict(passed, cpu.mode.rawValue + reason)
        case .hostModel, .minimum:
            let label = cpu.mode == .hostModel ? "host-model" : "model \(cpu.model ?? "") minimum"
            guard let model = host.kvm.value else {
                if host.cpuHasIt.value == false {
                    return ExposureVerdict(.known(false), "\(label), but the host's CPU has no extension")
                }
                return ExposureVerdict(.unknown("KVM's host model can't be told: \(host.kvm.reason ?? "none")"), label)
            }
            // QEMU turns svm off in named models under KVM, so that only a line of the host model's brings it.
            let line = names.first { model.features[$0] == "require" || model.features[$0] == "force" }
            return ExposureVerdict(
                .known(line != nil),
                "\(label) (\(model.model), \(line.map { "with \($0)" } ?? "no extension asked for"))")
        case .custom:
            let model = cpu.model ?? ""
            guard let brings = CPUModels.bringsSVM(model) else {
                return ExposureVerdict(.unknown("the CPU model '\(model)' is not known"), "model \(model)")
            }
            // Live, libvirt writes a line for each of the model's features that QEMU left out: none is there.
            if live, cpu.isChecked, brings { return ExposureVerdict(.known(true), "model \(model)") }
            return ExposureVerdict(
                .known(false), brings ? "model \(model), whose svm KVM leaves out unless asked" : "model \(model)")
        case .unchosen:
            return ExposureVerdict(.known(false), "hypervisor default")
        case .other:
            return ExposureVerdict(.unknown("the CPU mode is not known"), "an unknown CPU mode")
        }
    }

    /// TCG emulates svm for every model that has it or is asked to, and has no vmx.
    private func underTCG(_ cpu: CPUDefinition, _ host: HostVirtualization) -> ExposureVerdict {
        let lines = cpu.features("svm")
        if let line = lines.first(where: \.isOn) ?? lines.first {
            return ExposureVerdict(.known(line.isOn), "feature svm \(line.policy)")
        }
        switch cpu.mode {
        case .maximum: return ExposureVerdict(.known(true), "maximum")
        case .hostModel, .minimum:
            guard let model = host.qemu.value else {
                return ExposureVerdict(
                    .unknown("QEMU's host model can't be told: \(host.qemu.reason ?? "none")"), "host-model")
            }
            return ExposureVerdict(.known(model.has("svm")), "host-model (\(model.model))")
        case .custom, .unchosen:
            // QEMU's default model has svm.
            let model = cpu.model ?? "qemu64"
            guard let brings = CPUModels.bringsSVM(model) else {
                return ExposureVerdict(.unknown("the CPU model '\(model)' is not known"), "model \(model)")
            }
            return ExposureVerdict(
                .known(brings), cpu.mode == .unchosen ? "hypervisor default (qemu64)" : "model \(model)")
        case .hostPassthrough:
            return ExposureVerdict(.unknown("without KVM no host CPU can be passed through"), "host-passthrough")
        case .other:
            return ExposureVerdict(.unknown("the CPU mode is not known"), "an unknown CPU mode")
        }
    }
}
