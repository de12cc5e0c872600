import Foundation
import NestingModel
import NestingPolicy

/// Joins, evaluates and plans a fleet of 1,000 hosts with 50 guests each under 20 policies, on one core.
enum EngineBenchmark {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func run(_ table: inout Measurements) {
        let hosts = (0..<1_000).map(host)
        let policies = (0..<20).map(policy)
        let engine = PolicyEngine(policies)
        table.time("join 1,000 hosts × 50 guests", runs: 5) { _ = NestingTree.join(hosts) }
        let joined = NestingTree.join(hosts)
        let before = engine.evaluate(joined, previous: [], changedPolicies: [], now: now)
        table.time("evaluate them under 20 policies", runs: 5, "\(before.count) findings, nothing known before") {
            _ = engine.evaluate(joined, previous: [], changedPolicies: [], now: now)
        }
        table.time("evaluate them again", runs: 5, "the same findings known before") {
            _ = engine.evaluate(joined, previous: before, changedPolicies: [], now: now)
        }
        var items = 0
        table.time("plan the whole fleet", runs: 3) {
            items =
                Planner.plan(
                    joined.tree, findings: before, policies: policies, selection: [], modes: [.propose, .enforce],
                    now: now
                ).items.count
        }
        table.add("  its items", "\(items)")
    }

    private static func policy(_ number: Int) -> Policy {
        let selector: PolicySelector =
            switch number % 4 {
            case 0: PolicySelector(paths: ["host-\(number)*/**"])
            case 1: PolicySelector(labels: ["site": "s\(number % 10)"])
            case 2: PolicySelector(guests: ["build-\(number % 10)*"])
            default: PolicySelector(levels: [1], guests: ["*-\(number)"])
            }
        return Policy(
            name: "policy-\(number)", priority: number, selector: selector,
            desired: DesiredSettings(exposure: number.isMultiple(of: 2), startupMemory: 4 << 30, maximumVCPUs: 2),
            mode: .propose)
    }

    private static func host(_ number: Int) -> HostView {
        let uuid = uuid(host: number, guest: 0)
        let name = "host-\(number)"
        var report = HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"), time: now,
            host: HostIdentity(
                machineID: .known("m"), smbiosUUID: .known(uuid), smbiosUUIDSource: .known("product_uuid"),
                bootID: .known("b"), hostname: .known(name), operatingSystem: .known("Debian"),
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
            guests: .known((1...50).map { guest($0, on: number) }))
        report.digest = "r\(number)"
        return HostView(
            host: FleetHost(
                path: NodePath(name) ?? NodePath("x").unsafelyUnwrapped, address: "10.0.0.1", port: 22, user: "nestor",
                labels: ["site": "s\(number % 10)"], hostKeys: [], uuid: uuid,
                agent: InstalledAgent(
                    directory: "/opt", state: "/var", libvirtSocket: nil, authorizedKeys: "ak", sha256: "", version: "1"
                ),
                enrolledAt: now),
            health: HostHealth(state: .ok, checkedAt: now, reportedAt: now), report: report)
    }

    private static func guest(_ number: Int, on host: Int) -> GuestReport {
        let exposed = number.isMultiple(of: 5)
        return GuestReport(
            uuid: uuid(host: host, guest: number), name: number.isMultiple(of: 3) ? "build-\(number)" : "web-\(number)",
            state: .running, run: .known(1), persistent: .known(true), engine: .known(.kvm), owner: .absent,
            vcpus: VCPUFacts(current: .known(2), maximum: .known(2)),
            memory: MemoryFacts(
                startup: .known(4 << 30), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: .known(exposed), live: .known(exposed), mechanism: .known("host-passthrough"),
                inUse: .known(false), nestedRuns: .known(0)),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
            onPowerOff: .known("destroy"), definitionDigest: .known("d\(host)-\(number)"))
    }

    private static func uuid(host: Int, guest: Int) -> String {
        String(format: "00000000-0000-4000-8000-%06x%06x", host, guest)
    }
}
