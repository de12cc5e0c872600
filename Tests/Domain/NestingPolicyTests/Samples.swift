import FoundationEssentials
import NestingModel

/// Ordinary values to which a test adds what it is about.
enum Sample {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func path(_ text: String) -> NodePath {
        NodePath(text) ?? NodePath("not-a-path").unsafelyUnwrapped
    }

    static func uuid(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    static func guest(
        _ name: String, uuid number: Int, state: GuestState = .running, exposed: Bool = true,
        _ change: (inout GuestReport) -> Void = { _ in }
    ) -> GuestReport {
        let runs = state == .running
        var guest = GuestReport(
            uuid: uuid(number), name: name, state: state, run: runs ? .known(1) : .absent, persistent: .known(true),
            engine: .known(.kvm), owner: .absent, vcpus: VCPUFacts(current: .known(2), maximum: .known(2)),
            memory: MemoryFacts(
                startup: .known(4 << 30), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: .known(exposed), live: runs ? .known(exposed) : .absent,
                mechanism: .known("host-passthrough"), inUse: runs ? .known(false) : .absent,
                nestedRuns: runs ? .known(0) : .absent),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
            onPowerOff: .known("destroy"), definitionDigest: .known("d-\(name)"))
        change(&guest)
        return guest
    }

    static func nic(_ mac: String, kind: String = "bridge", spoofing: Fact<Bool>) -> InterfaceFacts {
        InterfaceFacts(
            mac: .known(mac), kind: .known(kind), source: .known("br0"), macSpoofing: spoofing,
            macSpoofingBy: spoofing.value == false ? .known("clean-traffic") : .absent)
    }

    static func report(
        uuid number: Int, guests: [GuestReport] = [], _ change: (inout HostReport) -> Void = { _ in }
    ) -> HostReport {
        var report = HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"), time: now, digest: "r\(number)",
            host: HostIdentity(
                machineID: .known("m"), smbiosUUID: .known(uuid(number)), smbiosUUIDSource: .known("product_uuid"),
                bootID: .known("b"), hostname: .known("h"), operatingSystem: .known("Debian"),
                kernelRelease: .known("6.12.0"), architecture: .known("x86_64")),
            level: LevelEvidence(atLeast: .known(0), evidence: []),
            cpu: CPUFacts(
                vendor: .known(.intel), model: .known("Xeon"), sockets: .known(1), cores: .known(4), threads: .known(8),
                extension: .known(.vmx), secondLevelPaging: .known(.ept), runsUnder: .absent),
            hypervisor: HypervisorFacts(
                kind: .known(.kvm), module: .known("kvm_intel"), moduleState: .known(.loaded),
                nestedConfigured: .known(true), nestedConfiguredBy: .known("kernel default"),
                nestedLoaded: .known(true),
                device: .known(
                    KVMDevice(
                        mode: .known("0660"), owner: .known("root"), group: .known("kvm"), opens: .known(true),
                        createsVM: .known(true))), parameters: [:],
                manager: .known(
                    GuestManagerFacts(
                        name: "libvirt", version: .known("9.0.0"), connection: .known("qemu:///system"),
                        socket: .known("/run/libvirt/libvirt-sock")))),
            guests: .known(guests))
        change(&report)
        return report
    }

    /// An enrolled host that was read just now; `pinned: 0` pins nothing.
    static func host(
        _ path: String, uuid number: Int, pinned: Int? = nil, labels: [String: String] = [:], state: HostState = .ok,
        guests: [GuestReport] = [], _ change: (inout HostReport) -> Void = { _ in }
    ) -> HostView {
        let pin = pinned ?? number
        return HostView(
            host: FleetHost(
                path: self.path(path), address: "10.0.0.1", port: 22, user: "nestor", labels: labels, hostKeys: [],
                uuid: pin == 0 ? nil : uuid(pin),
                agent: InstalledAgent(
                    directory: "/opt", state: "/var", libvirtSocket: nil, authorizedKeys: "ak", sha256: "", version: "1"
                ),
                enrolledAt: now),
            health: HostHealth(state: state, checkedAt: now, reportedAt: now),
            report: report(uuid: number, guests: guests, change))
    }

    static func policy(
        _ name: String, priority: Int = 0, _ selector: PolicySelector,
        mode: PolicyMode = .propose, rules: DisruptionRules = DisruptionRules(), severity: Severity = .medium,
        place: String = "", _ desired: DesiredSettings
    ) -> Policy {
        Policy(
            name: name, priority: priority, selector: selector, desired: desired, mode: mode, disruption: rules,
            severity: severity, place: place)
    }

    /// About everything.
    static func policy(
        _ name: String, priority: Int = 0, mode: PolicyMode = .propose, rules: DisruptionRules = DisruptionRules(),
        severity: Severity = .medium, place: String = "", _ desired: DesiredSettings
    ) -> Policy {
        policy(
            name, priority: priority, PolicySelector(all: true), mode: mode, rules: rules, severity: severity,
            place: place, desired)
    }
}
