import NestingModel

extension EligibilityRules {
    static let processor: [EligibilityRule] = [
        EligibilityRule(
            "cpu.extension", "hardware virtualization", severity: .critical, source: kernelDocuments, judge: `extension`
        ),
        EligibilityRule(
            "cpu.paging", "second-level paging", severity: .high,
            source: "Linux, Documentation/virt/kvm/x86/nested-vmx.rst", judge: paging),
        EligibilityRule(
            "host.identity", "machine UUID readable", severity: .info, source: "Nestor, how levels join",
            judge: identity),
    ]

    private static func `extension`(_ report: HostReport) -> [Judgement] {
        switch report.cpu.extension {
        case .known(.none), .absent:
            // Flags alone do not decide whether KVM works (kvm_pvm needs none); a VM that was created does.
            if report.hypervisor.device.value?.createsVM == .known(true) {
                return [
                    Judgement(
                        .warn, "none is seen, and KVM works all the same: it virtualizes in software",
                        remedy: "guests here can't be hosts themselves: expose vmx or svm for that")
                ]
            }
            return [noExtension(report.cpu.runsUnder)]
        case .known(.unknown):
            return [.unknown("the virtualization extension", "the agent names one that is not known")]
        case .known(let seen):
            let place = report.cpu.runsUnder.value.map { ", offered by \(name($0)) to this guest" } ?? ""
            return [Judgement(.pass, "\(seen)\(place)")]
        case .unknown(let reason): return [.unknown("the virtualization extension", reason)]
        }
    }

    private static func noExtension(_ runsUnder: Fact<HypervisorVendor>) -> Judgement {
        switch runsUnder {
        case .known(.container):
            Judgement(
                .fail, "none is seen in this container",
                remedy: "run nestor check on the machine that holds the container")
        case .known(let vendor):
            Judgement(
                .fail, "this machine is a guest of \(name(vendor)), and no virtualization extension is exposed to it",
                remedy: "on its host: expose vmx or svm in this guest's CPU, then shut it down and start it "
                    + "(a reboot inside is not enough)")
        case .absent:
            Judgement(
                .fail, "the processor offers none",
                remedy: "switch VT-x or AMD-V (SVM) on in the firmware, if the processor has it")
        case .unknown(let reason):
            Judgement(
                .fail, "none is offered, and whether a hypervisor runs this machine could not be told: \(reason)",
                remedy: "switch it on in the firmware, or expose it from the host")
        }
    }

    private static func paging(_ report: HostReport) -> [Judgement] {
        guard let seen = report.cpu.extension.value, seen != .none else { return [] }
        for parameter in ["ept", "npt"] {
            if let value = report.hypervisor.parameters[parameter], ["N", "n", "0"].contains(value) {
                return [
                    Judgement(
                        .warn, "switched off by the module's parameter \(parameter)=\(value): guests use shadow paging",
                        remedy: "take \(parameter)=\(value) out of /etc/modprobe.d and off the kernel command line")
                ]
            }
        }
        switch report.cpu.secondLevelPaging {
        case .known(.none), .absent:
            return [
                Judgement(
                    .warn, "none: nested guests are slow, and Hyper-V refuses to nest at all",
                    remedy: "use a processor, or a virtual CPU, with EPT or NPT")
            ]
        case .known(.unknown): return [.unknown("second-level paging", "the agent names one that is not known")]
        case .known(let kind): return [Judgement(.pass, "\(kind)")]
        case .unknown(let reason): return [.unknown("second-level paging", reason)]
        }
    }

    private static func identity(_ report: HostReport) -> [Judgement] {
        switch report.host.smbiosUUID {
        case .known: [Judgement(.pass, "read from \(report.host.smbiosUUIDSource.value ?? "the system")")]
        case .absent:
            [Judgement(.info, "this machine has none: its place in a nesting tree rests on its host key alone")]
        case .unknown(let reason):
            [
                Judgement(
                    .unknown, "could not be read: \(reason)",
                    remedy: "run the agent as root, or let it ask libvirt, which knows the UUID")
            ]
        }
    }

    static func name(_ vendor: HypervisorVendor) -> String {
        switch vendor {
        case .kvm: "KVM"
        case .qemu: "QEMU without KVM"
        case .hyperv: "Hyper-V"
        case .vmware: "VMware"
        case .xen: "Xen"
        case .virtualbox: "VirtualBox"
        case .unknown, .other: "a hypervisor that is not known"
        default: vendor.rawValue
        }
    }
}
