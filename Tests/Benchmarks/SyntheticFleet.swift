import Foundation
import NestingModel

/// A fleet as a store would hold it, made of plain values: every guest runs, every tenth one drifts.
enum SyntheticFleet {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func hosts(_ count: Int, guests: Int) -> [HostView] {
        (0..<count).map { host($0, guests: guests) }
    }

    static func host(_ number: Int, guests: Int, drifting: Int = 10) -> HostView {
        let name = "rack\(number)"
        return HostView(
            host: FleetHost(
                path: NodePath(names: [name]).unsafelyUnwrapped, address: "10.0.0.1", port: 22, user: "nestor",
                labels: ["site": "s\(number % 10)", "tier": number % 2 == 0 ? "build" : "test"], hostKeys: [],
                uuid: uuid(number, 0),
                agent: InstalledAgent(
                    directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "", version: "1"),
                enrolledAt: now),
            health: HostHealth(state: .ok, checkedAt: now, reportedAt: now),
            report: report(number, guests: (1...guests).map { guest(number, $0, exposed: $0 % drifting != 0) }))
    }

    /// Twenty policies of several kinds of selectors, of which two or three meet each guest.
    static func policies(_ count: Int) -> [Policy] {
        (0..<count).map { number in
            let selector =
                switch number % 4 {
                case 0: PolicySelector(labels: ["site": "s\(number % 10)"], levels: [1])
                case 1: PolicySelector(paths: ["rack*\(number % 10)/**"])
                case 2: PolicySelector(guests: ["build-*\(number % 10)"])
                default: PolicySelector(labels: ["tier": "build"], guests: ["*-\(number)"])
                }
            return Policy(
                name: "p\(number)", priority: number, selector: selector,
                desired: DesiredSettings(exposure: true, startupMemory: 2 << 30, dynamicMemory: false, maximumVCPUs: 2),
                mode: .propose)
        }
    }

    /// Policies of every kind of word, and as many exemptions; most say nothing of most guests.
    static func book(_ count: Int) -> PolicyBook {
        let policies = policies(count).enumerated().map { number, policy in
            var policy = policy
            switch number % 5 {
            case 0: policy.selector.not = [PolicySelector(guests: ["tmp-*"])]
            case 1: policy.selector.labelRules = [LabelRule("tier", .isOneOf, ["build", "prod"])]
            case 2: policy.selector.platforms = [PlatformWord("linux")]
            case 3: policy.modes = [ModeRule(PolicySelector(levels: [1]), mode: .audit, reason: "r")]
            default: policy.from = Moment(now.addingTimeInterval(-60), "")
            }
            return policy
        }
        let exemptions = (0..<count).map { number in
            let selector =
                number % 2 == 0
                ? PolicySelector(uuids: [uuid(number, 10)]) : PolicySelector(paths: ["rack\(number)/build-*"])
            return Exemption(
                name: "e\(number)", selector: selector, settings: [.exposure], owner: "o", reason: "r",
                expires: Moment(now.addingTimeInterval(3600), ""))
        }
        return PolicyBook(policies: policies, exemptions: exemptions)
    }

    private static func uuid(_ host: Int, _ guest: Int) -> String {
        let digits = String(host * 1_000 + guest, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private static func guest(_ host: Int, _ number: Int, exposed: Bool) -> GuestReport {
        GuestReport(
            uuid: uuid(host, number), name: "build-\(host)-\(number)", state: .running, run: .known(1),
            persistent: .known(true), engine: .known(.kvm), owner: .absent,
            vcpus: VCPUFacts(current: .known(2), maximum: .known(4)),
            memory: MemoryFacts(
                startup: .known(4 << 30), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: .known(exposed), live: .known(exposed), mechanism: .known("host-passthrough"),
                inUse: .known(false), nestedRuns: .known(0)),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
            onPowerOff: .known("destroy"), definitionDigest: .known("sha256:\(host)-\(number)"))
    }

    private static func report(_ number: Int, guests: [GuestReport]) -> HostReport {
        HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"), time: now, digest: "r\(number)",
            host: HostIdentity(
                machineID: .known("m"), smbiosUUID: .known(uuid(number, 0)), smbiosUUIDSource: .known("product_uuid"),
                bootID: .known("b"), hostname: .known("h"), operatingSystem: .known("Debian"),
                kernelRelease: .known("6.12.0"), architecture: .known("x86_64")),
            level: LevelEvidence(atLeast: .known(0), evidence: []),
            cpu: CPUFacts(
                vendor: .known(.intel), model: .known("Xeon"), sockets: .known(2), cores: .known(32),
                threads: .known(64), extension: .known(.vmx), secondLevelPaging: .known(.ept), runsUnder: .absent),
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
    }
}
