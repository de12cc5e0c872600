import NestingModel

/// Whether what a host configures is what its guest sees: no policy is needed for that to be wrong.
enum CrossCheck: Sendable, Hashable {
    case agrees
    case differs(desired: String, observed: String, severity: Severity, sentence: String, remedy: String)
    /// A fact that it needs is unknown.
    case undetermined

    /// - Parameters:
    ///   - guest: as its host has it, and running.
    ///   - inside: what the guest's own agent says.
    ///   - outside: the host's own hypervisor.
    static func compare(_ guest: GuestReport, inside: HostReport, outside: HypervisorFacts) -> CrossCheck {
        // A guest that is off has no live CPU, and what its agent said last is of another run.
        guard case .known(let live) = guest.exposure.live else {
            return guest.exposure.live.isUnknown ? .undetermined : .agrees
        }
        guard let seen = inside.cpu.extension.value, seen != .unknown else { return .undetermined }
        switch (live, seen == .none) {
        case (true, true): return hiddenInside(outside)
        case (false, false):
            return .differs(
                desired: "hidden", observed: "sees \(seen)", severity: .high,
                sentence: "its host says that virtualization extensions are hidden, and the guest sees \(seen): "
                    + "it was not restarted since the change, or its CPU model brings the extension",
                remedy: "restart the guest; if it still sees \(seen), disable that feature in its definition")
        case (true, false): return moduleInside(inside.hypervisor, seen)
        case (false, true): return .agrees
        }
    }

    private static func hiddenInside(_ outside: HypervisorFacts) -> CrossCheck {
        let reason =
            outside.nestedLoaded.value == false
            ? "nesting is off in its host's \(outside.module.value ?? "kvm module")"
            : "it was not restarted since the change, its CPU model masks the extension, or an emulator without it runs it"
        return .differs(
            desired: "exposed", observed: "sees none", severity: .medium,
            sentence: "its host says that virtualization extensions are exposed, and the guest sees none: \(reason)",
            remedy: outside.nestedLoaded.value == false
                ? outside.remedy(nesting: true) : "restart the guest; if it still sees none, look at its CPU model")
    }

    private static func moduleInside(_ inside: HypervisorFacts, _ seen: VirtualizationExtension) -> CrossCheck {
        let module = inside.module.value ?? "the kvm module"
        let trouble: String
        if let state = inside.moduleState.value, state == .available || state == .missing {
            trouble = state == .missing ? "\(module) is missing in it" : "\(module) is not loaded in it"
        } else if inside.device.value?.createsVM.value == false {
            trouble = "its /dev/kvm creates no virtual machine"
        } else if case .absent = inside.device, inside.kind.value == .kvm {
            trouble = "it has no /dev/kvm"
        } else {
            return inside.moduleState.isUnknown && inside.device.isUnknown ? .undetermined : .agrees
        }
        return .differs(
            desired: "usable", observed: "sees \(seen), no KVM", severity: .medium,
            sentence: "the guest sees \(seen), and \(trouble): its own guests run without KVM or not at all",
            remedy:
                "in the guest: modprobe \(seen == .vmx ? "kvm_intel" : seen == .svm ? "kvm_amd" : "kvm"), and look at "
                + "its kernel log")
    }
}
