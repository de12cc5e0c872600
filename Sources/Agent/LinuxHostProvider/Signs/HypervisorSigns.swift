import NestingModel

/// Everything seen that tells whether a hypervisor runs this machine, and which; read first, judged afterwards.
struct HypervisorSigns: Sendable, Equatable {
    /// From a live CPUID; nil where it was not asked, or there is none.
    var signatures: [String]?
    /// Live CPUID leaf 1's hypervisor bit.
    var hypervisorBit: Bool?
    var shape = CPUInfo.Shape.unrecognised
    /// Of /proc/cpuinfo; nil where it has none.
    var flags: Set<String>?
    var modelName: String?
    var vendorID: String?
    /// POWER: /proc/cpuinfo's platform and machine.
    var platform: String?
    var machine: String?
    var dmi = DMIStrings()
    /// /sys/hypervisor/type.
    var hypervisorType: String?
    /// /proc/xen/capabilities; empty in an unprivileged domain, nil where there is no /proc/xen.
    var xenCapabilities: String?
    /// The device tree's root and hypervisor nodes.
    var deviceTree: [String] = []
    var deviceTreeModel: String?
    var deviceTreeHypervisor: [String]?
    /// POWER: a partition under a hardware management console.
    var powerPartition = false
    /// s390x: /proc/sysinfo's "VM00 Control Program", and whether it tells of a logical partition.
    var controlProgram: String?
    var logicalPartition = false
    var kernelRelease: String?
    var clockSources: String?
    /// Whether the virtualization extension is known to be there.
    var hasExtension = false
    var container: String?
}

/// What was concluded from the signs.
struct HypervisorVerdict: Sendable, Equatable {
    var runsUnder: Fact<HypervisorVendor>
    var atLeast: Fact<Int>
    /// One sentence for each sign that counted.
    var evidence: [String]
}
