import AgentCore
package import NestingModel

/// What a Linux machine is, from its /proc, /sys and /etc and a few live probes, or from a copied tree of these.
///
/// Reading never blocks, never leaves the root and never fails: what can't be told is an unknown fact with its reason.
/// Each call reads anew, but for /proc/cpuinfo, which is read again when the list of online processors has changed.
package final class LinuxHostProvider: HostProvider {
    let tree: HostTree
    /// Nil where the tree is a copy: then nothing is asked of the machine that the agent runs on.
    let probe: LiveProbe?
    private var cached: (online: String, info: CPUInfo)?

    /// - Parameters:
    ///   - root: the folder that stands for `/`.
    ///   - live: whether that is the running machine, so that CPUID, uname and /dev/kvm may be asked too.
    package convenience init(root: String = "/", live: Bool) {
        self.init(root: root, probe: live ? .here() : nil)
    }

    init(root: String, probe: LiveProbe?) {
        tree = HostTree(root: root, live: probe != nil)
        self.probe = probe
    }

    /// Why a live fact is unknown where the tree is a copy.
    static let copied = "not readable from a copied tree"

    func cpuInfo() -> Fact<CPUInfo> {
        // A copy does not change.
        let online = tree.live ? tree.value("/sys/devices/system/cpu/online").value : ""
        if let cached, let online, cached.online == online { return .known(cached.info) }
        switch tree.bytes("/proc/cpuinfo", limit: CPUInfo.limit) {
        case .known(let bytes) where bytes.isEmpty: return .unknown("/proc/cpuinfo is empty")
        case .known(let bytes):
            let info = CPUInfo(parsing: bytes)
            cached = online.map { ($0, info) }
            return .known(info)
        case .absent: return .unknown("/proc/cpuinfo is not there")
        case .unknown(let reason): return .unknown(reason)
        }
    }

    func extensionSigns(_ modules: ModuleSigns) -> ExtensionSigns {
        var signs = ExtensionSigns()
        signs.kvmRegistered = kvmRegistered()
        signs.modules = modules.running
        let paging = ["/sys/module/kvm_intel/parameters/ept", "/sys/module/kvm_amd/parameters/npt"]
        signs.pagingParameter = paging.compactMap { tree.value($0).value }.contains { ParameterValue.bool($0) == true }
        if let log = tree.text("/var/log/dmesg").value {
            for level in ["EL1", "EL2"] where log.contains("started at \(level)") { signs.startedAt = level }
        }
        return signs
    }

    /// Whether KVM has its device in the running kernel; nil where that can't be told.
    func kvmRegistered() -> Bool? {
        if tree.exists("/sys/devices/virtual/misc/kvm") || tree.exists("/sys/class/misc/kvm") { return true }
        if let devices = tree.text("/proc/misc").value {
            return HostText.lines(devices).contains { HostText.words($0).last == "kvm" }
        }
        return nil
    }

    func verdict() -> HypervisorVerdict {
        let info = cpuInfo().value
        var signs = HypervisorSigns(reading: tree, info, release: kernelRelease().value)
        signs.signatures = probe?.signatures
        signs.hypervisorBit = probe?.hypervisorBit
        if let info, case .known(let offered) = info.virtualizationExtension(extensionSigns(ModuleSigns(reading: tree)))
        {
            signs.hasExtension = offered != .none
        }
        return signs.verdict()
    }

    package func level() -> LevelEvidence {
        let verdict = verdict()
        return LevelEvidence(atLeast: verdict.atLeast, evidence: verdict.evidence)
    }
}
