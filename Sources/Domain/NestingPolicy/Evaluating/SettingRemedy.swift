import NestingModel

/// What ends a guest's drift, by Nestor or by hand.
enum SettingRemedy {
    /// The same beside what Nestor does, where an agent has a verb for it: nothing that it would refuse is offered.
    /// - Parameter byHand: `by hand: …`.
    static func offered(_ byHand: String, _ mode: PolicyMode?, policy: String) -> String {
        mode == .audit
            ? "\(byHand); or give policy '\(policy)' the mode propose here, then nestor remediate"
            : "nestor remediate, or \(byHand)"
    }

    static func guest(_ name: String, _ setting: Setting, _ value: SettingValue) -> String {
        switch (setting, value) {
        case (.exposure, .flag(let flag)):
            "by hand: \(flag ? "require" : "disable") the feature vmx or svm in the definition of "
                + "\(name), shut it down and start it"
        case (.startupMemory, _): "by hand: raise the memory of \(name), shut it down and start it"
        case (.maximumVCPUs, _): "by hand: raise the vcpus of \(name), shut it down and start it"
        case (.dynamicMemory, .flag(false)):
            "by hand: make the current memory of \(name) equal its maximum, shut it down and start it"
        case (.dynamicMemory, _): "by hand: give \(name) a memory that varies; agents can only fix its size"
        case (.macSpoofing, .flag(true)):
            "by hand: take the filter that checks source addresses off the interfaces of \(name) (libvirt: filterref; "
                + "Hyper-V: MacAddressSpoofing on), or let \(name) put its own guests behind NAT"
        case (.macSpoofing, _):
            "by hand: give the interfaces of \(name) a filter that checks source addresses (libvirt: filterref "
                + "no-mac-spoofing; Hyper-V: MacAddressSpoofing off)"
        case (.savedState, _):
            "by hand: start \(name) from it, or drop it (virsh managedsave-remove), since it keeps the CPU of its time"
        case (.snapshots, _):
            "by hand: delete its snapshots (virsh snapshot-list \(name), snapshot-delete; Hyper-V: Remove-VMSnapshot), "
                + "since one that is gone back to brings its settings of that time with it"
        case (.autostart, .flag(let flag)):
            "by hand: virsh autostart \(flag ? "" : "--disable ")\(name) (Hyper-V: Set-VM -AutomaticStartAction "
                + "\(flag ? "Start" : "Nothing"))"
        default: ""
        }
    }
}
