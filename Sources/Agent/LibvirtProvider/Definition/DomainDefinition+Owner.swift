import NestingModel

extension DomainDefinition {
    /// The manager above libvirt that wrote this definition and would write it again, by what it leaves there.
    var owner: Fact<GuestOwner> {
        if let metadata = tree.first("metadata") {
            for index in tree[metadata].children {
                guard let space = tree.namespace(of: index), let manager = manager(ofNamespace: space) else { continue }
                return .known(GuestOwner(manager: manager, evidence: printable("metadata of \(space)".utf8)))
            }
        }
        // oVirt and KubeVirt declare theirs at the root even where the metadata is empty.
        for (name, value) in tree[0].attributes where name.hasPrefix("xmlns:") {
            if let manager = manager(ofNamespace: value) {
                return .known(GuestOwner(manager: manager, evidence: printable("namespace \(value)".utf8)))
            }
        }
        for (entry, value) in systemEntries {
            let manager: OwningManager? =
                switch (entry, value) {
                case ("product", "CloudStack KVM Hypervisor"), ("manufacturer", "Apache Software Foundation"):
                    .cloudstack
                case ("product", "OpenStack Compute"), ("product", "OpenStack Nova"),
                    ("manufacturer", "OpenStack Foundation"):
                    .openstack
                case ("product", "KubeVirt"), ("manufacturer", "KubeVirt"): .kubevirt
                case ("product", "oVirt Node"), ("manufacturer", "oVirt"), ("product", "RHEV Hypervisor"): .ovirt
                case ("manufacturer", "OpenNebula"): .opennebula
                default: nil
                }
            if let manager {
                return .known(GuestOwner(manager: manager, evidence: printable("sysinfo \(entry) \(value)".utf8)))
            }
        }
        return .absent
    }

    private func manager(ofNamespace space: String) -> OwningManager? {
        for (prefix, manager) in DomainDefinition.namespaces where space.hasPrefix(prefix) { return manager }
        return nil
    }

    /// From the managers' own sources: nova virt/libvirt/config.py, vdsm, KubeVirt's api schema, OpenNebula's
    /// LibVirtDriverKVM, CloudStack's agent.
    private static let namespaces: [(String, OwningManager)] = [
        ("http://openstack.org/xmlns/libvirt/nova/", .openstack),
        ("http://ovirt.org/vm/", .ovirt),
        ("http://kubevirt.io", .kubevirt),
        ("https://kubevirt.io", .kubevirt),
        ("http://opennebula.org/xmlns/libvirt/", .opennebula),
        ("http://cloudstack.apache.org", .cloudstack),
        ("https://cloudstack.apache.org", .cloudstack),
    ]

    private var systemEntries: [(String, String)] {
        tree.children(of: 0, named: "sysinfo").flatMap { tree.children(of: $0, named: "system") }
            .flatMap { tree.children(of: $0, named: "entry") }
            .map { (tree.attribute("name", of: $0) ?? "", tree.text(of: $0) ?? "") }
    }
}
