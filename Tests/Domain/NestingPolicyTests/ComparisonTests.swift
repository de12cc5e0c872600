import NestingModel
import NestingPolicy
import Testing

/// One guest's setting against what is wanted of it.
@Suite struct ComparisonTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var wanted: DesiredSettings
        var kind: FindingKind?
        var observed = ""
        var correctable = false
        var guest: GuestReport
    }

    private static func guest(_ change: (inout GuestReport) -> Void) -> GuestReport {
        Sample.guest("g", uuid: 2, change)
    }

    static let exposure: [Case] = [
        Case(testDescription: "as wanted", wanted: .init(exposure: true), guest: guest { _ in }),
        Case(
            testDescription: "defined otherwise", wanted: .init(exposure: false), kind: .drift, observed: "exposed",
            correctable: true, guest: guest { _ in }),
        Case(
            testDescription: "defined otherwise, running as wanted", wanted: .init(exposure: false), kind: .drift,
            observed: "exposed, hidden while it runs", correctable: true,
            guest: guest { $0.exposure.live = .known(false) }),
        Case(
            testDescription: "defined as wanted, running otherwise", wanted: .init(exposure: true),
            kind: .restartNeeded,
            observed: "exposed, hidden until its next start", correctable: true,
            guest: guest { $0.exposure.live = .known(false) }),
        Case(
            testDescription: "off and defined as wanted", wanted: .init(exposure: true),
            guest: guest { $0.exposure.live = .absent }),
        Case(
            testDescription: "definition unknown", wanted: .init(exposure: true), kind: .unreadable,
            observed: "unknown",
            guest: guest { $0.exposure.configured = .unknown("no capabilities") }),
        Case(
            testDescription: "live unknown", wanted: .init(exposure: true), kind: .unreadable, observed: "unknown",
            guest: guest { $0.exposure.live = .unknown("no XML") }),
        Case(
            testDescription: "transient: what runs is compared, and no agent corrects it",
            wanted: .init(exposure: false),
            kind: .drift, observed: "exposed", guest: guest { $0.exposure.configured = .absent }),
    ]

    static let sizes: [Case] = [
        Case(testDescription: "enough memory", wanted: .init(startupMemory: 4 << 30), guest: guest { _ in }),
        Case(
            testDescription: "a byte too little", wanted: .init(startupMemory: 4 << 30 + 1), kind: .drift,
            observed: "4 GiB", correctable: true, guest: guest { _ in }),
        Case(
            testDescription: "memory unknown", wanted: .init(startupMemory: 1), kind: .unreadable, observed: "unknown",
            guest: guest { $0.memory.startup = .unknown("no XML") }),
        Case(testDescription: "enough vcpus", wanted: .init(maximumVCPUs: 2), guest: guest { _ in }),
        Case(
            testDescription: "too few vcpus", wanted: .init(maximumVCPUs: 3), kind: .drift, observed: "2",
            correctable: true, guest: guest { _ in }),
        Case(
            testDescription: "vcpus unknown", wanted: .init(maximumVCPUs: 1), kind: .unreadable, observed: "unknown",
            guest: guest { $0.vcpus.maximum = .unknown("no XML") }),
    ]

    static let flags: [Case] = [
        Case(testDescription: "fixed memory", wanted: .init(dynamicMemory: false), guest: guest { _ in }),
        Case(
            testDescription: "varying memory", wanted: .init(dynamicMemory: false), kind: .drift, observed: "on",
            correctable: true, guest: guest { $0.memory.dynamic = .known(true) }),
        Case(
            testDescription: "agents can't make memory vary", wanted: .init(dynamicMemory: true), kind: .drift,
            observed: "off", guest: guest { _ in }),
        Case(
            testDescription: "varying unknown", wanted: .init(dynamicMemory: false), kind: .unreadable,
            observed: "unknown", guest: guest { $0.memory.dynamic = .unknown("?") }),
        Case(testDescription: "no saved state", wanted: .init(savedState: false), guest: guest { _ in }),
        Case(
            testDescription: "a saved state", wanted: .init(savedState: false), kind: .drift, observed: "present",
            guest: guest { $0.savedState = .known(true) }),
        Case(
            testDescription: "saved", wanted: .init(savedState: false), kind: .drift, observed: "present",
            guest: guest { $0.state = .saved }),
        Case(
            testDescription: "saved state unknown", wanted: .init(savedState: false), kind: .unreadable,
            observed: "unknown", guest: guest { $0.savedState = .unknown("?") }),
        Case(
            testDescription: "snapshots", wanted: .init(snapshots: false), kind: .drift, observed: "3",
            guest: guest { $0.snapshots = .known(3) }),
        Case(testDescription: "no snapshot", wanted: .init(snapshots: false), guest: guest { _ in }),
        Case(
            testDescription: "snapshots unknown", wanted: .init(snapshots: false), kind: .unreadable,
            observed: "unknown", guest: guest { $0.snapshots = .unknown("?") }),
        Case(
            testDescription: "does not start with its host", wanted: .init(autostart: true), kind: .drift,
            observed: "off", guest: guest { $0.autostart = .known(false) }),
        Case(
            testDescription: "starts with its host", wanted: .init(autostart: true),
            guest: guest { $0.autostart = .known(true) }),
        Case(
            testDescription: "a saved state can't be asked for", wanted: .init(savedState: true), guest: guest { _ in }),
    ]

    static let interfaces: [Case] = [
        Case(testDescription: "no interface", wanted: .init(macSpoofing: true), guest: guest { _ in }),
        Case(
            testDescription: "one filters", wanted: .init(macSpoofing: true), kind: .drift,
            observed: "blocked on 52:54:00:00:00:02 (clean-traffic)",
            guest: guest {
                $0.interfaces = .known([
                    Sample.nic("52:54:00:00:00:01", spoofing: .known(true)),
                    Sample.nic("52:54:00:00:00:02", spoofing: .known(false)),
                    Sample.nic("52:54:00:00:00:03", spoofing: .unknown("?")),
                ])
            }),
        Case(
            testDescription: "one does not filter", wanted: .init(macSpoofing: false), kind: .drift,
            observed: "allowed on 52:54:00:00:00:01",
            guest: guest { $0.interfaces = .known([Sample.nic("52:54:00:00:00:01", spoofing: .known(true))]) }),
        Case(
            testDescription: "one can't be told", wanted: .init(macSpoofing: true), kind: .unreadable,
            observed: "unknown",
            guest: guest {
                $0.interfaces = .known([
                    Sample.nic("52:54:00:00:00:01", spoofing: .known(true)),
                    Sample.nic("52:54:00:00:00:03", spoofing: .unknown("?")),
                ])
            }),
        Case(
            testDescription: "no interface can be read", wanted: .init(macSpoofing: true), kind: .unreadable,
            observed: "unknown", guest: guest { $0.interfaces = .unknown("?") }),
    ]

    @Test(
        "A guest's setting is met, drifts, waits for a restart or can't be read",
        arguments: exposure + sizes + flags + interfaces)
    func guests(_ item: Case) {
        let joined = NestingTree.join([Sample.host("r", uuid: 1, guests: [item.guest])])
        let findings = PolicyEngine([Sample.policy("p", severity: .critical, item.wanted)]).evaluate(
            joined, now: Sample.now)
        #expect(findings.map(\.kind) == (item.kind.map { [$0] } ?? []))
        guard let finding = findings.first, let kind = item.kind else { return }
        #expect(finding.observed == item.observed)
        #expect(finding.correctable == item.correctable)
        #expect(finding.id == Finding.id(kind, Sample.path("r/g"), finding.setting))
        #expect(finding.severity == (kind == .unreadable ? .low : .critical))
        #expect(!finding.sentence.isEmpty && !finding.remedy.isEmpty)
    }

    @Test(
        "A host's nesting is compared as configured and as loaded",
        arguments: [
            (Fact.known(true), Fact.known(true), true, FindingKind?.none),
            (.known(true), .known(false), true, .restartNeeded),
            (.known(false), .known(true), true, .drift),
            (.known(false), .known(false), true, .drift),
            (.unknown("?"), .known(false), true, .drift),
            (.known(false), .unknown("?"), true, .drift),
            (.unknown("?"), .known(true), true, .unreadable),
            (.known(true), .unknown("?"), true, .unreadable),
            (.absent, .absent, true, .drift),
            (.absent, .absent, false, nil),
            (.known(true), .absent, true, nil),
            (.known(false), .known(false), false, nil),
        ])
    func hosts(configured: Fact<Bool>, loaded: Fact<Bool>, wanted: Bool, kind: FindingKind?) {
        let joined = NestingTree.join([
            Sample.host("r", uuid: 1) {
                $0.hypervisor.nestedConfigured = configured
                $0.hypervisor.nestedLoaded = loaded
            }
        ])
        let findings = PolicyEngine([Sample.policy("p", DesiredSettings(hostNesting: wanted))])
            .evaluate(joined, now: Sample.now)
        #expect(findings.map(\.kind) == (kind.map { [$0] } ?? []))
        #expect(findings.allSatisfy { !$0.correctable })
    }

    @Test(
        "The remedy for a host fits how its module is there",
        arguments: [
            (ModuleState.loaded, "options kvm_intel nested=0' to /etc/modprobe.d/nestor.conf"),
            (.builtin, "put kvm_intel.nested=0 on the kernel command line"),
        ])
    func remedies(state: ModuleState, part: String) {
        let joined = NestingTree.join([Sample.host("r", uuid: 1) { $0.hypervisor.moduleState = .known(state) }])
        let findings = PolicyEngine([Sample.policy("p", DesiredSettings(hostNesting: false))])
            .evaluate(joined, now: Sample.now)
        #expect(findings.first?.remedy.contains(part) == true)
    }
}
