/// What a host's processors offer, as this machine sees them (inside a guest: the guest's view).
package struct CPUFacts: Codable, Sendable, Equatable {
    package var vendor: Fact<CPUVendor>
    package var model: Fact<String>
    /// Packages; all counts are of the processors that are online.
    package var sockets: Fact<Int>
    /// Physical cores in all sockets together.
    package var cores: Fact<Int>
    /// Logical processors in all sockets together.
    package var threads: Fact<Int>
    /// The hardware virtualization extension that is offered here; `none` where it is known that there is none.
    package var `extension`: Fact<VirtualizationExtension>
    package var secondLevelPaging: Fact<SecondLevelPaging>
    /// The hypervisor that this machine runs under; absent on bare metal.
    package var runsUnder: Fact<HypervisorVendor>

    package init(
        vendor: Fact<CPUVendor>, model: Fact<String>, sockets: Fact<Int>, cores: Fact<Int>, threads: Fact<Int>,
        extension: Fact<VirtualizationExtension>, secondLevelPaging: Fact<SecondLevelPaging>,
        runsUnder: Fact<HypervisorVendor>
    ) {
        self.vendor = vendor
        self.model = model
        self.sockets = sockets
        self.cores = cores
        self.threads = threads
        self.extension = `extension`
        self.secondLevelPaging = secondLevelPaging
        self.runsUnder = runsUnder
    }
}

/// A processor's maker.
package enum CPUVendor: String, OpenEnumeration {
    case intel, amd, hygon, zhaoxin, arm, ibm, riscv, apple, ampere, other, unknown
}

/// A hardware virtualization extension: VT-x, AMD-V, s390x SIE, arm64 EL2, POWER hypervisor mode, RISC-V H.
package enum VirtualizationExtension: String, OpenEnumeration {
    case vmx, svm, sie, el2, hv, h, none, unknown
}

/// The second-level address translation that goes with the extension.
package enum SecondLevelPaging: String, OpenEnumeration {
    case ept, npt, stage2, none, other, unknown
}

/// A hypervisor, by the signature that it shows to its guests.
package enum HypervisorVendor: String, OpenEnumeration {
    case kvm, qemu, xen, vmware, hyperv, virtualbox, parallels, bhyve, acrn, powervm, zvm, lpar, container, other,
        unknown
}
