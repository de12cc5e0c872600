import NestingModel

extension HypervisorSigns {
    /// True where the CPU is known to announce no hypervisor, false where it announces one.
    var announcesNone: Bool? { hypervisorBit.map { !$0 } ?? flags.map { !$0.contains("hypervisor") } }

    /// A Xen interface on top of another's firmware is an emulation of it.
    var isNamedByOther: Bool {
        if case .hypervisor(let vendor)? = dmi.meaning()?.meaning {
            vendor != .xen
        } else {
            signatures.flatMap { Self.vendor(ofSignatures: $0) }.map { $0 != .xen } ?? false
        }
    }

    /// QEMU's machines run under KVM or under its own emulation; nil where nothing tells which.
    var qemuOrKVM: HypervisorVendor? {
        if let signatures, let vendor = Self.vendor(ofSignatures: signatures) { return vendor }
        if [dmi.productName, machine].contains(where: { $0?.hasPrefix("KVM") == true }) { return .kvm }
        if deviceTreeHypervisor?.contains(where: { $0.hasPrefix("linux,kvm") }) == true { return .kvm }
        if modelName?.hasPrefix("QEMU TCG") == true { return .qemu }
        // QEMU's arm64 board names itself "KVM Virtual Machine" where KVM runs it.
        if shape == .arm, dmi.productName == "QEMU Virtual Machine" { return .qemu }
        // Only a paravirtual clock tells the TSC's frequency to a kernel on QEMU's machines.
        if clockSources?.contains("kvm-clock") == true || flags?.contains("tsc_known_freq") == true { return .kvm }
        if shape == .x86, clockSources != nil, announcesNone == false { return .qemu }
        return nil
    }

    /// Hyper-V's signature comes first wherever a hypervisor also offers Hyper-V's interface; any other is its own.
    static func vendor(ofSignatures signatures: [String]) -> HypervisorVendor? {
        let vendors = signatures.map { vendor(ofSignature: $0) }
        return vendors.first { $0 != .hyperv && $0 != .other } ?? vendors.first { $0 == .hyperv } ?? vendors.first
    }

    private static func vendor(ofSignature signature: String) -> HypervisorVendor {
        switch HostText.trim(signature) {
        case "KVMKVMKVM", "Linux KVM Hv": .kvm
        case "TCGTCGTCGTCG": .qemu
        case "XenVMMXenVMM": .xen
        case "VMwareVMware": .vmware
        case "Microsoft Hv": .hyperv
        case "VBoxVBoxVBox": .virtualbox
        case "prl hyperv", "lrpepyh  vr": .parallels
        case "bhyve bhyve": .bhyve
        case "ACRNACRNACRN": .acrn
        default: .other
        }
    }

    /// Machines that only QEMU and its like make.
    static let virtualBoards = ["qemu,pseries", "linux,dummy-virt", "riscv-virtio"]

    func reasonUnknown() -> String {
        if dmi.meaning()?.meaning == .qemuFamily || machine?.contains("emulated by qemu") == true
            || deviceTree.contains(where: { Self.virtualBoards.contains($0) })
        {
            return "QEMU made this machine; whether KVM runs it or QEMU's own emulation is not told"
        }
        if announcesNone == false { return "the CPU announces a hypervisor; which one is not told" }
        return "nothing readable tells whether a hypervisor runs this machine"
    }

    /// Reads all signs but the live ones.
    init(reading tree: HostTree, _ info: CPUInfo?, release: String?) {
        shape = info?.shape ?? .unrecognised
        flags = shape == .x86 ? info?.flags("flags") : nil
        modelName = info?.first["model name"]
        vendorID = info?.first["vendor_id"]
        platform = shape == .power ? info?.first["platform"] : nil
        machine = shape == .power ? info?.first["machine"] : nil
        dmi = DMIStrings(
            systemVendor: tree.value("/sys/class/dmi/id/sys_vendor").value,
            productName: tree.value("/sys/class/dmi/id/product_name").value,
            biosVendor: tree.value("/sys/class/dmi/id/bios_vendor").value,
            boardVendor: tree.value("/sys/class/dmi/id/board_vendor").value)
        hypervisorType = tree.value("/sys/hypervisor/type").value
        xenCapabilities = tree.text("/proc/xen/capabilities").value ?? (tree.exists("/proc/xen/xenbus") ? "" : nil)
        deviceTree = Self.strings(tree.bytes("/proc/device-tree/compatible").value)
        deviceTreeModel = Self.strings(tree.bytes("/proc/device-tree/model").value).first
        if case .known(let bytes) = tree.bytes("/proc/device-tree/hypervisor/compatible") {
            deviceTreeHypervisor = Self.strings(bytes)
        }
        powerPartition =
            tree.exists("/proc/device-tree/ibm,partition-name")
            && !tree.exists("/proc/device-tree/chosen/qemu,graphic-width")
        if let sysinfo = tree.bytes("/proc/sysinfo").value {
            KeyValueFile.forEachPair(in: sysinfo) { key, value in
                if key == "LPAR Number" { logicalPartition = true }
                // VM00 is the innermost: what runs this machine itself.
                if key == "VM00 Control Program" { controlProgram = String(decoding: value, as: UTF8.self) }
            }
        }
        kernelRelease = release
        clockSources = tree.value("/sys/devices/system/clocksource/clocksource0/available_clocksource").value
        container = ContainerSigns.container(tree)
    }

    /// A device tree property's strings, each ended by a NUL.
    private static func strings(_ bytes: [UInt8]?) -> [String] {
        (bytes ?? []).prefix(4096).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
