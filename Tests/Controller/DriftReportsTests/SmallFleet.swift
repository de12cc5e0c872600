import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import NestingPolicy

@testable import DriftReports

/// rack7 with build-l1 (a host, with inner) and web; rack9 with db. Ordinary values to which a test adds its own.
struct SmallFleet {
    var hosts: [HostView]
    var policies: [Policy]
    var open: [Finding] = []
    var exempted: [Finding] = []
    var freeze: Freeze?
    var auditHead: AuditHead?

    static let start = Date(timeIntervalSince1970: 1_800_000_000)

    init() {
        hosts = [
            Self.host("rack7", uuid: 1, guests: [Self.guest("build-l1", uuid: 11), Self.guest("web", uuid: 12)]),
            Self.host("rack7/build-l1", uuid: 11, guests: [Self.guest("inner", uuid: 111, exposed: false)]),
            Self.host("rack9", uuid: 2, labels: ["site": "lab"], guests: [Self.guest("db", uuid: 21)]),
        ]
        policies = [
            Policy(
                name: "expose", selector: PolicySelector(levels: [1]), desired: DesiredSettings(exposure: true),
                mode: .propose)
        ]
    }

    func material(
        _ definition: ReportDefinition, after previous: ReportRun? = nil, memory: ReportMemory? = nil
    ) -> ReportMaterial {
        ReportMaterial(
            definition: definition, tree: NestingTree(joining: hosts), policies: policies, policyRevision: 3,
            open: open,
            exempted: exempted, freeze: freeze, previous: previous, earlier: previous.map { [$0.summary] } ?? [],
            memory: memory ?? ReportMemory(seenTo: Self.start), auditHead: auditHead)
    }

    /// A run so many hours after the start.
    func run(
        _ hours: Double, _ definition: ReportDefinition = .everything,
        after previous: (run: ReportRun, memory: ReportMemory)? = nil
    ) -> (run: ReportRun, memory: ReportMemory) {
        ReportBuilder(
            material(definition, after: previous?.run, memory: previous?.memory),
            ReportOccasion(
                id: "run-\(hours)", at: Self.time(hours), dueAt: Self.time(hours), requestedBy: "nestord")
        ).build()
    }

    static func time(_ hours: Double) -> Date { start.addingTimeInterval(hours * 3600) }

    /// Drift of a guest's exposure under the policy.
    static func drift(
        _ path: String, since hours: Double = 0, state: FindingState = .open, kind: FindingKind = .drift,
        severity: Severity = .medium, sentence: String = "it is hidden", remedy: String = "expose it"
    ) -> Finding {
        Finding(
            kind: kind, path: Self.path(path), setting: .exposure, desired: "exposed", observed: "hidden",
            severity: severity, policy: "expose", mode: .propose, state: state, sentence: sentence, remedy: remedy,
            correctable: true, firstSeen: time(hours), lastSeen: time(hours))
    }

    /// The same, held by an exemption.
    static func exempted(_ path: String, lapse: String? = nil) -> Finding {
        var finding = drift(path, state: lapse == nil ? .exempted : .open)
        finding.exemption = FindingExemption(
            Exemption(
                name: "legacy", selector: PolicySelector(all: true), settings: [.exposure], owner: "alice",
                reason: "old image", expires: Moment(time(100), "2027-01-19T12:00Z")),
            lapse: lapse)
        return finding
    }

    static func path(_ text: String) -> NodePath { NodePath(text) ?? NodePath("not-a-path").unsafelyUnwrapped }

    static func uuid(_ number: Int) -> String {
        "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
    }

    static func guest(_ name: String, uuid number: Int, exposed: Bool = true) -> GuestReport {
        GuestReport(
            uuid: uuid(number), name: name, state: .running, run: .known(1), persistent: .known(true),
            engine: .known(.kvm), owner: .absent, vcpus: VCPUFacts(current: .known(2), maximum: .known(2)),
            memory: MemoryFacts(
                startup: .known(4 << 30), minimum: .absent, maximum: .known(4 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: .known(exposed), live: .known(exposed), mechanism: .known("host-passthrough"),
                inUse: .known(false), nestedRuns: .known(0)),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(false), autostart: .known(false),
            onPowerOff: .known("destroy"), definitionDigest: .known("d"))
    }

    static func host(
        _ path: String, uuid number: Int, labels: [String: String] = [:], state: HostState = .ok,
        guests: [GuestReport]
    ) -> HostView {
        let report = HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "linux-x86_64"), time: start, digest: "r",
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
                nestedConfigured: .known(true), nestedConfiguredBy: .known("default"), nestedLoaded: .known(true),
                device: .absent, parameters: [:], manager: .absent), guests: .known(guests))
        return HostView(
            host: FleetHost(
                path: self.path(path), address: "10.0.0.1", port: 22, user: "nestor", labels: labels, hostKeys: [],
                uuid: uuid(number),
                agent: InstalledAgent(
                    directory: "/opt", state: "/var", libvirtSocket: nil, authorizedKeys: "ak", sha256: "", version: "1"
                ),
                enrolledAt: start),
            health: HostHealth(state: state, checkedAt: start, reportedAt: start), report: report)
    }
}

extension ReportDefinition {
    static let everything = ReportDefinition(
        name: "weekly", selector: PolicySelector(all: true), schedule: ReportSchedule(cron: "@weekly"))
}
