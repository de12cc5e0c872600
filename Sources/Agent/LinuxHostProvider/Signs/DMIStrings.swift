import NestingModel

/// What the firmware says of the machine in /sys/class/dmi/id.
struct DMIStrings: Sendable, Equatable {
    var systemVendor: String?
    var productName: String?
    var biosVendor: String?
    var boardVendor: String?

    /// What a machine's names say of the hypervisor that gave them.
    enum Meaning: Sendable, Equatable {
        case hypervisor(HypervisorVendor)
        /// QEMU made the machine; whether KVM or its own emulation runs it is not said.
        case qemuFamily
        /// A cloud that rents out physical machines under the same name, where KVM is the hypervisor otherwise.
        case kvmCloud
        /// A maker's name, or a cloud's for a physical machine.
        case physical
    }

    /// The first rule that fits; nil where there are no names at all. The field and its value are the evidence.
    func meaning() -> (meaning: Meaning, evidence: String)? {
        let fields = [
            ("product_name", productName), ("sys_vendor", systemVendor), ("board_vendor", boardVendor),
            ("bios_vendor", biosVendor),
        ].compactMap { field, value in value.map { (field, $0) } }
        guard !fields.isEmpty else { return nil }
        let names = fields.prefix(2).reversed().map { "\($0.0) \(HostText.quoted($0.1))" }.joined(separator: ", ")
        if fields.contains(where: { $0.1.hasPrefix("Amazon EC2") }), productName?.contains(".metal") == true {
            return (.physical, "dmi: \(names)")
        }
        // Windows machines of flesh and blood have Microsoft as their vendor too.
        if systemVendor == "Microsoft Corporation", productName == "Virtual Machine" {
            return (.hypervisor(.hyperv), "dmi: \(names)")
        }
        for (field, value) in fields {
            for rule in Self.rules where value.hasPrefix(rule.prefix) {
                let rest = names.contains("\(field) ") ? "" : ", \(field) \(HostText.quoted(value))"
                return (rule.meaning, "dmi: \(names)\(rest)")
            }
        }
        return (.physical, "dmi: \(names): no hypervisor's name")
    }

    /// Beginnings of names, as systemd's detect-virt and the hypervisors' own sources have them.
    private static let rules: [(prefix: String, meaning: Meaning)] = [
        ("KVM", .hypervisor(.kvm)), ("AHV", .hypervisor(.kvm)), ("RHEV Hypervisor", .hypervisor(.kvm)),
        ("Amazon EC2", .kvmCloud), ("Google", .kvmCloud), ("Alibaba Cloud", .kvmCloud), ("Tencent Cloud", .kvmCloud),
        ("DigitalOcean", .kvmCloud), ("Hetzner", .kvmCloud), ("Huawei Cloud", .kvmCloud), ("Vultr", .kvmCloud),
        ("Akamai", .kvmCloud), ("Linode", .kvmCloud), ("UpCloud", .kvmCloud),
        ("QEMU", .qemuFamily), ("OpenStack", .qemuFamily), ("KubeVirt", .qemuFamily), ("oVirt", .qemuFamily),
        ("Standard PC (", .qemuFamily), ("Bochs", .qemuFamily),
        ("VMware", .hypervisor(.vmware)), ("VMW", .hypervisor(.vmware)),
        ("innotek GmbH", .hypervisor(.virtualbox)), ("VirtualBox", .hypervisor(.virtualbox)),
        ("Xen", .hypervisor(.xen)), ("HVM domU", .hypervisor(.xen)),
        ("Parallels", .hypervisor(.parallels)), ("BHYVE", .hypervisor(.bhyve)), ("bhyve", .hypervisor(.bhyve)),
        ("ACRN", .hypervisor(.acrn)), ("Hyper-V", .hypervisor(.hyperv)), ("Apple Virtualization", .hypervisor(.other)),
    ]
}
