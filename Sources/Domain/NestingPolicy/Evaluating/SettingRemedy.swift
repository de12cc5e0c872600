import NestingModel

/// What ends a guest's drift, by Nestor or by hand.
enum SettingRemedy {
    static func guest(_ name: String, _ setting: Setting, _ value: SettingValue) -> String {
        switch (setting, value) {
        case (.exposure, .flag(let flag)):
            "nestor remediate, or by hand: \(flag ? "require" : "disable") the feature vmx or svm in the definition of "
                + "\(name), shut it down and start it"
        case (.startupMemory, _): "nestor remediate, or by hand: raise the memory of \(name), shut it down and start it"
        case (.maximumVCPUs, _): "nestor remediate, or by hand: raise the vcpus of \(name), shut it down and start it"
        case (.dynamicMemory, .flag(false)):
            "nestor remediate, or by hand: make the current memory of \(name) equal its maximum, shut it down and start it"
        case (.dynamicMemory, _): "by hand: give \(name) a memory that varies; agents can only fix its size"
        case (.macSpoofing, .flag(true)):
            "by hand: take the filter that checks source addresses off the interfaces of \(name) (libvirt: filterref; "
                + "Hyper-V: MacAddressSpoofing on), or let \(name) put its own guests behind NAT"
        case (.macSpoofing, _):
            "by hand: give the interfaces of \(name) a filter that checks source addresses (libvirt: filterref "
                + "no-mac-spoofing; Hyper-V: MacAddressSpoofing off)"
        case (.savedState, _):
            "by hand: start \(name) from it, or drop it (virsh managedsave-remove), since it keeps the CPU of its time"
        default: ""
        }
    }
}
