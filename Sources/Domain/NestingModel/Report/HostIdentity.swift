/// Who a host is.
package struct HostIdentity: Codable, Sendable, Equatable {
    /// systemd's machine id, or Windows' MachineGuid.
    package var machineID: Fact<String>
    /// The SMBIOS system UUID, lower case: a guest's equals its UUID on its own host, which is how levels join.
    package var smbiosUUID: Fact<String>
    /// Where the UUID was read: `product_uuid`, or `libvirt-capabilities` where the former is not readable.
    package var smbiosUUIDSource: Fact<String>
    /// Changes with every boot.
    package var bootID: Fact<String>
    package var hostname: Fact<String>
    /// os-release's PRETTY_NAME, or Windows' product name.
    package var operatingSystem: Fact<String>
    package var kernelRelease: Fact<String>
    package var architecture: Fact<String>

    package init(
        machineID: Fact<String>, smbiosUUID: Fact<String>, smbiosUUIDSource: Fact<String>, bootID: Fact<String>,
        hostname: Fact<String>, operatingSystem: Fact<String>, kernelRelease: Fact<String>,
        architecture: Fact<String>
    ) {
        self.machineID = machineID
        self.smbiosUUID = smbiosUUID
        self.smbiosUUIDSource = smbiosUUIDSource
        self.bootID = bootID
        self.hostname = hostname
        self.operatingSystem = operatingSystem
        self.kernelRelease = kernelRelease
        self.architecture = architecture
    }
}

/// What an agent can tell by itself about its level. The exact level is the controller's to know, from the tree.
package struct LevelEvidence: Codable, Sendable, Equatable {
    /// 0 on bare metal; 1 where a hypervisor runs this machine, which then is at least at level 1.
    package var atLeast: Fact<Int>
    /// What was seen, one sentence each: `cpuid: hypervisor bit set, signature KVMKVMKVM`.
    package var evidence: [String]

    package init(atLeast: Fact<Int>, evidence: [String]) {
        self.atLeast = atLeast
        self.evidence = evidence
    }
}
