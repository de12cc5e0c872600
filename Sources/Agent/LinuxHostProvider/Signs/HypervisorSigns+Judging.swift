import NestingModel

extension HypervisorSigns {
    /// The signs in the order of their weight: what the hypervisor says of itself, then what files show.
    func verdict() -> HypervisorVerdict {
        var judge = Judge()
        judgeXen(&judge)
        judgeDMI(&judge)
        judgeCPU(&judge)
        judgeFirmware(&judge)
        judgeKernel(&judge)
        if judge.vendor == nil, !judge.isGuest { judgePhysical(&judge) }
        if let container {
            judge.evidence.append("container: \(container); what is read of the hardware is the machine's below")
        }
        return judge.verdict(unknownBecause: reasonUnknown())
    }

    /// Collects what the signs say; the first vendor named stays.
    struct Judge {
        var vendor: HypervisorVendor?
        var isGuest = false
        var isPhysical = false
        var evidence: [String] = []

        mutating func guest(_ named: HypervisorVendor?, _ sentence: String) {
            isGuest = true
            if vendor == nil { vendor = named }
            evidence.append(sentence)
        }

        func verdict(unknownBecause reason: String) -> HypervisorVerdict {
            // A privileged Xen domain runs under Xen and is the host all the same.
            let level: Fact<Int> = isPhysical ? .known(0) : isGuest ? .known(1) : .unknown(reason)
            let under: Fact<HypervisorVendor> = vendor.map { .known($0) } ?? (isPhysical ? .absent : .unknown(reason))
            return HypervisorVerdict(runsUnder: under, atLeast: level, evidence: evidence)
        }
    }

    private func judgeXen(_ judge: inout Judge) {
        if let xenCapabilities, xenCapabilities.contains("control_d") {
            judge.isPhysical = true
            judge.vendor = .xen
            judge.evidence.append("xen: /proc/xen/capabilities has control_d, so this is Xen's own host domain")
        } else if hypervisorType == "xen" {
            judge.guest(.xen, "xen: /sys/hypervisor/type is xen")
        } else if xenCapabilities != nil, !isNamedByOther {
            judge.guest(.xen, "xen: /proc/xen is there, without control_d")
        }
    }

    /// VirtualBox and some clouds show KVM's or Hyper-V's interface to their guests: their firmware's names decide.
    private func judgeDMI(_ judge: inout Judge) {
        guard let (meaning, sentence) = dmi.meaning() else { return }
        // Xen inside another hypervisor's guest.
        if judge.isPhysical, meaning != .physical, meaning != .kvmCloud { judge.isPhysical = false }
        switch meaning {
        case .hypervisor(let vendor): judge.guest(vendor, sentence)
        case .qemuFamily: judge.guest(qemuOrKVM, sentence)
        case .kvmCloud where announcesNone == true: judge.evidence.append(sentence)
        case .kvmCloud:
            judge.guest(signatures.flatMap { Self.vendor(ofSignatures: $0) } == nil ? .kvm : nil, sentence)
        case .physical: judge.evidence.append(sentence)
        }
    }

    private func judgeCPU(_ judge: inout Judge) {
        if let signatures, !signatures.isEmpty {
            let list = signatures.map { HostText.quoted($0) }.joined(separator: ", ")
            judge.guest(Self.vendor(ofSignatures: signatures), "cpuid: hypervisor bit set, signature \(list)")
        } else if hypervisorBit == true {
            judge.guest(nil, "cpuid: hypervisor bit set, without a signature")
        } else if flags?.contains("hypervisor") == true {
            judge.guest(nil, "cpuinfo: the flag hypervisor is set")
        }
        if let modelName, modelName.hasPrefix("QEMU TCG") || modelName.hasPrefix("QEMU Virtual CPU") {
            judge.guest(
                modelName.hasPrefix("QEMU TCG") ? .qemu : qemuOrKVM, "cpuinfo: model name \(HostText.quoted(modelName))"
            )
        }
        if vendorID == "User Mode Linux" { judge.guest(.other, "cpuinfo: vendor_id User Mode Linux") }
    }

    private func judgeFirmware(_ judge: inout Judge) {
        if let node = deviceTreeHypervisor {
            let names = node.map { HostText.quoted($0) }.joined(separator: ", ")
            let vendor: HypervisorVendor? =
                node.contains { $0.hasPrefix("linux,kvm") }
                ? .kvm
                : node.contains { $0.hasPrefix("xen") }
                    ? .xen
                    : node.contains { $0.contains("vmware") } ? .vmware : .other
            if judge.isPhysical {
                judge.evidence.append("device tree: hypervisor \(names)")
            } else {
                judge.guest(vendor, "device tree: hypervisor \(names)")
            }
        }
        if machine?.contains("emulated by qemu") == true {
            judge.guest(platform == "PowerNV" ? .qemu : qemuOrKVM, "cpuinfo: machine \(HostText.quoted(machine ?? ""))")
        } else if powerPartition {
            judge.guest(.powervm, "device tree: a partition with a name, which PowerVM gives")
        } else if platform == "pSeries", let machine, machine.hasPrefix("CHRP IBM,") {
            judge.guest(.powervm, "cpuinfo: machine \(HostText.quoted(machine)), of which PowerVM makes partitions")
        }
        if let name = deviceTree.first(where: { Self.virtualBoards.contains($0) }) {
            judge.guest(qemuOrKVM, "device tree: compatible \(name)")
        }
        if let controlProgram {
            let isKVM = controlProgram.contains("KVM")
            judge.guest(
                isKVM ? .kvm : controlProgram.contains("z/VM") ? .zvm : .other,
                "sysinfo: control program \(HostText.quoted(controlProgram))")
        }
    }

    private func judgeKernel(_ judge: inout Judge) {
        if judge.vendor == nil, announcesNone == false {
            for (clock, vendor) in [
                ("kvm-clock", HypervisorVendor.kvm), ("xen", .xen), ("hyperv_clocksource", .hyperv),
            ]
            where clockSources?.contains(clock) == true {
                judge.guest(vendor, "clocksource: \(clock) is available")
            }
        }
        guard let release = kernelRelease?.lowercased(), release.contains("microsoft") else { return }
        // The first WSL translates system calls and is no virtual machine.
        if release.contains("wsl2") || flags?.contains("hypervisor") == true || judge.isGuest {
            judge.guest(.hyperv, "kernel: a release of Microsoft's, which WSL runs under Hyper-V")
        }
    }

    private func judgePhysical(_ judge: inout Judge) {
        if shape == .x86, announcesNone == true {
            judge.isPhysical = true
            judge.evidence.append("cpuinfo: no hypervisor announces itself by the CPU's hypervisor bit")
        } else if shape == .s390x, logicalPartition {
            judge.isPhysical = true
            judge.vendor = .lpar
            judge.evidence.append("sysinfo: a logical partition, the lowest level that s390x offers")
        } else if shape == .power, platform == "PowerNV" {
            judge.isPhysical = true
            judge.evidence.append("cpuinfo: platform PowerNV, which runs on the bare machine")
        } else if shape == .arm, hasExtension, deviceTreeHypervisor == nil {
            if let (meaning, _) = dmi.meaning(), meaning == .physical {
                judge.isPhysical = true
            } else if dmi == DMIStrings(), let model = deviceTreeModel {
                judge.isPhysical = true
                judge.evidence.append("device tree: model \(HostText.quoted(model)), and no hypervisor node")
            }
            if judge.isPhysical { judge.evidence.append("kvm: EL2 is there, and nothing names a hypervisor") }
        }
    }
}
