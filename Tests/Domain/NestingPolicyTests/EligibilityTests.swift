import NestingModel
import NestingPolicy
import Testing

@Suite struct EligibilityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// The rule's id.
        var testDescription: String
        var verdict: CheckVerdict?
        var part = ""
        var change: @Sendable (inout HostReport) -> Void = { _ in }
    }

    private static func guest(_ change: @escaping @Sendable (inout GuestReport) -> Void)
        -> @Sendable (inout HostReport) -> Void
    {
        { $0.guests = .known([Sample.guest("g", uuid: 2, change)]) }
    }

    private static func device(_ change: @escaping @Sendable (inout KVMDevice) -> Void)
        -> @Sendable (inout HostReport) -> Void
    {
        { report in
            guard var device = report.hypervisor.device.value else { return }
            change(&device)
            report.hypervisor.device = .known(device)
        }
    }

    static let host: [Case] = [
        Case(testDescription: "cpu.extension", verdict: .pass, part: "vmx"),
        Case(
            testDescription: "cpu.extension", verdict: .fail, part: "a guest of KVM",
            change: {
                ($0.cpu.extension, $0.cpu.runsUnder, $0.hypervisor.device) = (.known(.none), .known(.kvm), .absent)
            }),
        Case(
            testDescription: "cpu.extension", verdict: .fail, part: "the processor offers none",
            change: { ($0.cpu.extension, $0.hypervisor.device) = (.known(.none), .absent) }),
        Case(
            testDescription: "cpu.extension", verdict: .warn, part: "KVM works all the same",
            change: { ($0.cpu.extension, $0.cpu.runsUnder) = (.known(.none), .known(.kvm)) }),
        Case(
            testDescription: "cpu.extension", verdict: .unknown, part: "no cpuid",
            change: { $0.cpu.extension = .unknown("no cpuid") }),
        Case(testDescription: "cpu.paging", verdict: .pass, part: "ept"),
        Case(testDescription: "cpu.paging", verdict: .warn, change: { $0.cpu.secondLevelPaging = .known(.none) }),
        Case(
            testDescription: "cpu.paging", verdict: .warn, part: "ept=N",
            change: { $0.hypervisor.parameters["ept"] = "N" }),
        Case(testDescription: "cpu.paging", change: { $0.cpu.extension = .known(.none) }),
        Case(testDescription: "host.identity", verdict: .unknown, change: { $0.host.smbiosUUID = .unknown("0400") }),
        Case(testDescription: "kvm.module", verdict: .pass),
        Case(testDescription: "kvm.module", verdict: .fail, change: { $0.hypervisor.moduleState = .known(.available) }),
        Case(testDescription: "kvm.module", verdict: .fail, change: { $0.hypervisor.moduleState = .known(.missing) }),
        Case(testDescription: "kvm.device", verdict: .pass),
        Case(testDescription: "kvm.device", verdict: .fail, change: { $0.hypervisor.device = .absent }),
        Case(testDescription: "kvm.device", verdict: .fail, change: device { $0.createsVM = .known(false) }),
        Case(
            testDescription: "kvm.device", verdict: .warn, part: "may not open it",
            change: device { ($0.opens, $0.createsVM) = (.known(false), .unknown("not opened")) }),
        Case(testDescription: "kvm.device-access", verdict: .pass),
        Case(
            testDescription: "kvm.device-access", verdict: .warn, part: "0666",
            change: device { $0.mode = .known("0666") }),
        Case(testDescription: "nested.loaded", verdict: .pass),
        Case(testDescription: "nested.loaded", verdict: .info, change: { $0.hypervisor.nestedLoaded = .known(false) }),
        Case(
            testDescription: "nested.loaded", verdict: .warn, part: "1 guest is set to have it",
            change: {
                $0.hypervisor.nestedLoaded = .known(false)
                $0.guests = .known([Sample.guest("g", uuid: 2)])
            }),
        Case(testDescription: "nested.configured", verdict: .pass),
        Case(
            testDescription: "nested.configured", verdict: .warn, part: "on now, and will be off",
            change: { $0.hypervisor.nestedConfigured = .known(false) }),
        Case(testDescription: "manager.reachable", verdict: .pass, part: "libvirt 9.0.0, 0 guests"),
        Case(
            testDescription: "manager.reachable", verdict: .fail, part: "refused",
            change: { $0.guests = .unknown("refused") }),
        Case(testDescription: "manager.reachable", verdict: .info, change: { $0.guests = .absent }),
    ]

    static let guests: [Case] = [
        Case(
            testDescription: "guest.exposure", verdict: .unknown,
            change: guest { $0.exposure.configured = .unknown("?") }),
        Case(testDescription: "guest.restart", change: guest { _ in }),
        Case(testDescription: "guest.restart", verdict: .warn, change: guest { $0.exposure.live = .known(false) }),
        Case(
            testDescription: "guest.dynamic-memory", verdict: .info, change: guest { $0.memory.dynamic = .known(true) }),
        Case(
            testDescription: "guest.dynamic-memory", verdict: .warn,
            change: guest { ($0.memory.dynamic, $0.engine) = (.known(true), .known(.hyperv)) }),
        Case(testDescription: "guest.memory", change: guest { _ in }),
        Case(
            testDescription: "guest.memory", verdict: .info, part: "2 GiB",
            change: guest { $0.memory.startup = .known(2 << 30) }),
        Case(
            testDescription: "guest.memory", verdict: .warn,
            change: guest { ($0.memory.startup, $0.engine) = (.known(2 << 30), .known(.hyperv)) }),
        Case(
            testDescription: "guest.mac-filter", verdict: .warn, part: "clean-traffic",
            change: guest { $0.interfaces = .known([Sample.nic("52:54:00:00:00:01", spoofing: .known(false))]) }),
        Case(
            testDescription: "guest.mac-filter",
            change: guest {
                $0.interfaces = .known([Sample.nic("52:54:00:00:00:01", kind: "user", spoofing: .known(false))])
            }),
        Case(testDescription: "guest.saved-state", verdict: .info, change: guest { $0.savedState = .known(true) }),
        Case(testDescription: "guest.migration", verdict: .info, change: guest { _ in }),
        Case(
            testDescription: "guest.migration", verdict: .warn, part: "undefined on AMD",
            change: {
                $0.cpu.vendor = .known(.amd)
                $0.guests = .known([Sample.guest("g", uuid: 2)])
            }),
    ]

    static let advisories: [Case] = [
        Case(testDescription: "advisory.cve-2026-53359", verdict: .warn, part: "6.12.0, nesting on"),
        Case(
            testDescription: "advisory.cve-2026-53359", verdict: .info, part: "does not make it fixed",
            change: { $0.hypervisor.nestedLoaded = .known(false) }),
        Case(testDescription: "advisory.cve-2026-53359", change: { $0.cpu.vendor = .known(.arm) }),
        Case(
            testDescription: "advisory.cve-2026-53359", verdict: .unknown,
            change: { $0.cpu.vendor = .unknown("no cpuid") }),
        Case(testDescription: "advisory.cve-2026-64561", verdict: .warn, part: "five-level EPT unknown"),
        Case(testDescription: "advisory.cve-2026-64561", change: { $0.hypervisor.parameters["ept_5level"] = "N" }),
    ]

    @Test("Every rule says what it sees, and what to do", arguments: host + guests + advisories)
    func rules(_ item: Case) {
        let results = EligibilityRules.check(Sample.report(uuid: 1, item.change)).filter {
            $0.id == item.testDescription
        }
        #expect(results.map(\.verdict) == (item.verdict.map { [$0] } ?? []))
        #expect(results.allSatisfy { $0.sentence.contains(item.part) })
        #expect(
            results.allSatisfy {
                $0.verdict == .pass || $0.verdict == .info || $0.verdict == .unknown || !$0.remedy.isEmpty
            })
    }

    @Test("Every rule has a test here, a source and a day, and ids are unique")
    func data() {
        let ids = EligibilityRules.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        let tested = Set((Self.host + Self.guests + Self.advisories).map(\.testDescription))
        #expect(Set(ids).subtracting(tested) == ["advisory.kvm-nested-2026"])
        #expect(EligibilityRules.all.allSatisfy { !$0.source.isEmpty && $0.asOf.count == 10 })
    }

    @Test("No advisory is ever passed, and nothing is called safe")
    func neverSafe() {
        for nested in [Fact.known(true), .known(false), .absent, .unknown("?")] {
            let results = EligibilityRules.check(Sample.report(uuid: 1) { $0.hypervisor.nestedLoaded = nested })
            #expect(results.filter { $0.id.hasPrefix("advisory.") }.allSatisfy { $0.verdict != .pass })
            #expect(!results.contains { $0.sentence.contains("safe") })
        }
    }

    @Test("Rules of Linux say nothing of Windows")
    func platform() {
        let report = Sample.report(uuid: 1) { $0.agent.platform = "windows-x86_64" }
        #expect(!EligibilityRules.check(report).contains { $0.id.hasPrefix("kvm.") })
    }
}
