import NestingModel

extension Comparison {
    /// A host's own module parameter. One known value that differs is drift, whatever the other one is.
    static func hostNesting(_ hypervisor: HypervisorFacts, wanted: Bool) -> Comparison {
        let (configured, loaded) = (hypervisor.nestedConfigured, hypervisor.nestedLoaded)
        let observed = "configured \(word(configured)), loaded \(word(loaded))"
        if configured.value == !wanted { return .drift(observed: observed, correctable: false) }
        if loaded.value == !wanted {
            return configured.isUnknown
                ? .drift(observed: observed, correctable: false)
                : .restartNeeded(observed: observed, correctable: false)
        }
        if let reason = loaded.reason ?? configured.reason { return .unreadable(reason) }
        // No module is loaded and none is configured: nothing nests here.
        if loaded.value == nil, configured.value == nil, wanted {
            return .drift(observed: observed, correctable: false)
        }
        return .met
    }

    private static func word(_ fact: Fact<Bool>) -> String {
        switch fact {
        case .known(let flag): flag ? "on" : "off"
        case .absent: "none"
        case .unknown: "unknown"
        }
    }
}

extension HypervisorFacts {
    /// What a person does so that nesting is as wanted, now and after a reboot.
    func remedy(nesting wanted: Bool) -> String {
        let digit = wanted ? "1" : "0"
        guard let name = module.value else {
            return
                "write 'options MODULE nested=\(digit)' to /etc/modprobe.d/nestor.conf, where MODULE is kvm_intel or "
                + "kvm_amd, shut every guest down and reboot"
        }
        if moduleState.value == .builtin {
            let arm = name == "kvm" ? "; arm64: \(wanted ? "with" : "without") kvm-arm.mode=nested" : ""
            return
                "put \(name).nested=\(digit) on the kernel command line (modprobe.d does not reach a built-in module\(arm)) "
                + "and reboot, with every guest shut down"
        }
        return "write 'options \(name) nested=\(digit)' to /etc/modprobe.d/nestor.conf, shut every guest down, then "
            + "modprobe -r \(name) && modprobe \(name), or reboot"
    }
}
