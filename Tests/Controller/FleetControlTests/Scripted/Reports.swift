import FoundationEssentials
import NestingModel

/// Reports as a test needs them: one host, its guests, what it sees.
func report(
    uuid: String, bootID: String = "boot-1", sees: VirtualizationExtension, guests: [GuestReport],
    at time: Date = Date(timeIntervalSince1970: 1_700_000_000)
) -> HostReport {
    var report = HostReport(
        agent: AgentIdentity(version: "0.1.0", protocol: 1, platform: "linux-x86_64"), time: time,
        host: HostIdentity(
            machineID: .known("m-\(uuid)"), smbiosUUID: .known(uuid), smbiosUUIDSource: .known("product_uuid"),
            bootID: .known(bootID), hostname: .known("h"), operatingSystem: .known("Debian"),
            kernelRelease: .known("6.1"), architecture: .known("x86_64")),
        level: LevelEvidence(atLeast: .known(0), evidence: []),
        cpu: CPUFacts(
            vendor: .known(.amd), model: .known("EPYC"), sockets: .known(1), cores: .known(2), threads: .known(2),
            extension: .known(sees), secondLevelPaging: .known(sees == .none ? .none : .npt), runsUnder: .absent),
        hypervisor: HypervisorFacts(
            kind: .known(.kvm), module: .known("kvm_amd"), moduleState: .known(.loaded),
            nestedConfigured: .known(true), nestedConfiguredBy: .known("kernel default"), nestedLoaded: .known(true),
            device: sees == .none
                ? .absent
                : .known(
                    KVMDevice(
                        mode: .known("0660"), owner: .known("root"), group: .known("kvm"), opens: .known(true),
                        createsVM: .known(true))), parameters: [:],
            manager: .known(
                GuestManagerFacts(
                    name: "libvirt", version: .known("9.0.0"), connection: .known("qemu:///system"),
                    socket: .known("/run/libvirt/libvirt-sock")))), guests: .known(guests))
    report.digest =
        "\(uuid)-\(bootID)-\(sees)-"
        + guests.map { "\($0.name)\($0.state)\($0.exposure.configured)\($0.exposure.inUse.value == true)" }.joined()
    return report
}

func guest(
    _ name: String, uuid: String, state: GuestState = .running, exposed: Bool
) -> GuestReport {
    GuestReport(
        uuid: uuid, name: name, state: state, run: state == .running ? .known(1) : .absent, persistent: .known(true),
        engine: .known(.kvm), owner: .absent, vcpus: VCPUFacts(current: .known(2), maximum: .known(2)),
        memory: MemoryFacts(
            startup: .known(4 << 30), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
        exposure: ExposureFacts(
            configured: .known(exposed), live: state == .running ? .known(exposed) : .absent,
            mechanism: .known("host-passthrough"), inUse: .known(false), nestedRuns: .known(0)),
        interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
        onPowerOff: .known("destroy"), definitionDigest: .known("sha256:\(name)-\(exposed)"))
}
