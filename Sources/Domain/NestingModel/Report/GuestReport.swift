/// One virtual machine as its host defines and runs it.
package struct GuestReport: Codable, Sendable, Equatable {
    /// Lower case, with hyphens.
    package var uuid: String
    package var name: String
    package var state: GuestState
    /// Which run of the guest this is (libvirt's domain id); absent while it is off.
    package var run: Fact<Int>
    /// False: a shutdown would erase it.
    package var persistent: Fact<Bool>
    package var engine: Fact<GuestEngine>
    /// Another manager that owns the definition; absent where there is no sign of one.
    package var owner: Fact<GuestOwner>
    package var vcpus: VCPUFacts
    package var memory: MemoryFacts
    package var exposure: ExposureFacts
    package var interfaces: Fact<[InterfaceFacts]>
    /// How many snapshots or checkpoints it has.
    package var snapshots: Fact<Int>
    /// Whether a saved state waits, which holds the CPU of the time it was saved.
    package var savedState: Fact<Bool>
    package var autostart: Fact<Bool>
    /// What the hypervisor does when the guest powers off: `destroy` is the usual.
    package var onPowerOff: Fact<String>
    /// The agent's digest of the persistent definition: the precondition of a correction.
    package var definitionDigest: Fact<String>

    package init(
        uuid: String, name: String, state: GuestState, run: Fact<Int>, persistent: Fact<Bool>,
        engine: Fact<GuestEngine>, owner: Fact<GuestOwner>, vcpus: VCPUFacts, memory: MemoryFacts,
        exposure: ExposureFacts, interfaces: Fact<[InterfaceFacts]>, snapshots: Fact<Int>, savedState: Fact<Bool>,
        autostart: Fact<Bool>, onPowerOff: Fact<String>, definitionDigest: Fact<String>
    ) {
        self.uuid = uuid
        self.name = name
        self.state = state
        self.run = run
        self.persistent = persistent
        self.engine = engine
        self.owner = owner
        self.vcpus = vcpus
        self.memory = memory
        self.exposure = exposure
        self.interfaces = interfaces
        self.snapshots = snapshots
        self.savedState = savedState
        self.autostart = autostart
        self.onPowerOff = onPowerOff
        self.definitionDigest = definitionDigest
    }
}

/// Whether a guest runs. Hyper-V's critical states are `crashed`.
package enum GuestState: String, OpenEnumeration {
    case running, off, paused, suspended, saved, starting, stopping, crashed, unknown
}

/// What executes a guest.
package enum GuestEngine: String, OpenEnumeration {
    case kvm, qemu, hyperv, xen, other, unknown
}

/// A manager above the hypervisor that owns a guest's definition and would write it back.
package struct GuestOwner: Codable, Sendable, Equatable {
    package var manager: OwningManager
    /// What in the definition shows it.
    package var evidence: String

    package init(manager: OwningManager, evidence: String) {
        self.manager = manager
        self.evidence = evidence
    }
}

/// The managers that are recognised by what they leave in a definition.
package enum OwningManager: String, OpenEnumeration {
    case openstack, ovirt, kubevirt, cloudstack, proxmox, opennebula, incus, unknown
}
