import NestingModel

/// Where a setting must be made of a guest that another manager owns: what is changed behind its back comes back.
///
/// From the managers' own documentation: nova's configuration and flavors, oVirt's VM dialogues and the nestedvt hook,
/// KubeVirt's API, CloudStack's agent.properties and offerings, `qm(1)`, OpenNebula's templates, `incus config`.
enum OwnerRemedy {
    static func text(_ manager: OwningManager, _ setting: Setting, _ value: SettingValue, guest: String) -> String {
        let place: String? =
            switch (setting, value) {
            case (.exposure, .flag(let flag)): exposure(manager, flag, guest)
            case (.startupMemory, _), (.dynamicMemory, _): memory(manager, guest)
            case (.maximumVCPUs, _): vcpus(manager, guest)
            default: nil
            }
        let name = names[manager] ?? manager.rawValue
        guard let place else { return "\(guest) belongs to \(name): set it there, since it writes the definition" }
        return "\(guest) belongs to \(name), which writes its definition. Set it there: \(place)"
    }

    private static let names: [OwningManager: String] = [
        .openstack: "OpenStack", .ovirt: "oVirt", .kubevirt: "KubeVirt", .cloudstack: "CloudStack",
        .proxmox: "Proxmox VE", .opennebula: "OpenNebula", .incus: "Incus",
    ]

    private static func exposure(_ manager: OwningManager, _ flag: Bool, _ guest: String) -> String? {
        switch manager {
        case .openstack:
            "in nova.conf of its compute host, under [libvirt], cpu_mode = "
                + (flag
                    ? "host-passthrough, or custom with cpu_model_extra_flags = +vmx (AMD: +svm)"
                    : "custom with cpu_model_extra_flags = -vmx (AMD: -svm)")
                + "; flavors that need it can ask for it with the extra spec trait:HW_CPU_X86_VMX (AMD: _SVM); then "
                + "openstack server reboot --hard"
        case .ovirt:
            flag
                ? "the VM's Edit dialogue, Host, Pass-Through Host CPU, and vdsm-hook-nestedvt on its hosts; then restart it"
                : "the VM's Edit dialogue: no Pass-Through Host CPU, and no vdsm-hook-nestedvt on its hosts; then restart it"
        case .kubevirt:
            "in the VirtualMachine, spec.template.spec.domain.cpu.features: {name: vmx (AMD: svm), policy: "
                + "\(flag ? "require" : "disable")}; then virtctl restart \(guest)"
        case .cloudstack:
            "in agent.properties of its host, "
                + (flag ? "guest.cpu.mode=host-passthrough, or " : "guest.cpu.mode=custom and ")
                + "guest.cpu.features=\(flag ? "" : "-")vmx (AMD: \(flag ? "" : "-")svm), or the VM's details of those "
                + "names; then stop and start the VM"
        case .proxmox:
            "qm set VMID --cpu \(flag ? "host" : "x86-64-v2-AES, or another model without vmx and svm"); then qm "
                + "shutdown and qm start"
        case .opennebula:
            "in the VM's template, CPU_MODEL = [ MODEL = "
                + (flag ? "\"host-passthrough\" ]" : "a named one without vmx and svm ]") + "; then power it off and on"
        case .incus:
            "incus config set \(guest) raw.qemu='-cpu host,\(flag ? "+" : "-")vmx' (AMD: svm); then incus restart"
        case .unknown: nil
        }
    }

    private static func memory(_ manager: OwningManager, _ guest: String) -> String? {
        switch manager {
        case .openstack: "a flavor with as much RAM, and openstack server resize"
        case .ovirt: "the VM's Edit dialogue, System, Memory Size; for one that does not vary no Memory Balloon"
        case .kubevirt: "in the VirtualMachine, spec.template.spec.domain.memory.guest; then virtctl restart \(guest)"
        case .cloudstack: "a service offering with as much memory, and Scale VM"
        case .proxmox: "qm set VMID --memory MIB, with --balloon 0 for one that does not vary"
        case .opennebula: "onevm resize VMID --memory"
        case .incus: "incus config set \(guest) limits.memory"
        case .unknown: nil
        }
    }

    private static func vcpus(_ manager: OwningManager, _ guest: String) -> String? {
        switch manager {
        case .openstack: "a flavor with as many vCPUs, and openstack server resize"
        case .ovirt: "the VM's Edit dialogue, System, Total Virtual CPUs"
        case .kubevirt: "in the VirtualMachine, spec.template.spec.domain.cpu.cores and sockets; then virtctl restart"
        case .cloudstack: "a service offering with as many CPUs, and Scale VM"
        case .proxmox: "qm set VMID --cores N --sockets N"
        case .opennebula: "onevm resize VMID --vcpu"
        case .incus: "incus config set \(guest) limits.cpu"
        case .unknown: nil
        }
    }
}
