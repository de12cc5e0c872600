/// The hypervisor that a host itself runs, and what it allows its guests.
package struct HypervisorFacts: Codable, Sendable, Equatable {
    package var kind: Fact<HypervisorVendor>
    /// The kernel module or driver: `kvm_intel`, `kvm_amd`, `kvm`; Windows: `hvax64`, `hvix64`.
    package var module: Fact<String>
    package var moduleState: Fact<ModuleState>
    /// What files and the command line say will hold after the next load.
    package var nestedConfigured: Fact<Bool>
    /// The place that decides `nestedConfigured`: a file and line, `kernel command line`, or `kernel default`.
    package var nestedConfiguredBy: Fact<String>
    /// What the running module has.
    package var nestedLoaded: Fact<Bool>
    /// `/dev/kvm`; absent where there is none.
    package var device: Fact<KVMDevice>
    /// The module's other parameters that matter to nesting, by name, as the kernel prints them.
    package var parameters: [String: String]
    /// What manages guests here; absent where nothing does.
    package var manager: Fact<GuestManagerFacts>

    package init(
        kind: Fact<HypervisorVendor>, module: Fact<String>, moduleState: Fact<ModuleState>,
        nestedConfigured: Fact<Bool>, nestedConfiguredBy: Fact<String>, nestedLoaded: Fact<Bool>,
        device: Fact<KVMDevice>, parameters: [String: String], manager: Fact<GuestManagerFacts>
    ) {
        self.kind = kind
        self.module = module
        self.moduleState = moduleState
        self.nestedConfigured = nestedConfigured
        self.nestedConfiguredBy = nestedConfiguredBy
        self.nestedLoaded = nestedLoaded
        self.device = device
        self.parameters = parameters
        self.manager = manager
    }
}

/// Whether a module's code is in the running kernel.
package enum ModuleState: String, OpenEnumeration {
    case loaded, builtin, available, missing, unknown
}

/// The device node through which user space reaches KVM.
package struct KVMDevice: Codable, Sendable, Equatable {
    /// Permission bits in octal, such as `0660`.
    package var mode: Fact<String>
    package var owner: Fact<String>
    package var group: Fact<String>
    /// Whether the agent's user could open it.
    package var opens: Fact<Bool>
    /// Whether a virtual machine could be created: the only proof that KVM works.
    package var createsVM: Fact<Bool>

    package init(
        mode: Fact<String>, owner: Fact<String>, group: Fact<String>, opens: Fact<Bool>, createsVM: Fact<Bool>
    ) {
        self.mode = mode
        self.owner = owner
        self.group = group
        self.opens = opens
        self.createsVM = createsVM
    }
}

/// The service through which guests are managed: libvirt, or Hyper-V's management service.
package struct GuestManagerFacts: Codable, Sendable, Equatable {
    /// `libvirt` or `hyperv`.
    package var name: String
    package var version: Fact<String>
    /// Such as `qemu:///system`.
    package var connection: Fact<String>
    /// The socket that was asked.
    package var socket: Fact<String>

    package init(name: String, version: Fact<String>, connection: Fact<String>, socket: Fact<String>) {
        self.name = name
        self.version = version
        self.connection = connection
        self.socket = socket
    }
}
