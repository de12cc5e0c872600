import NestingModel
import NestingPolicy
import Testing

@Suite struct CrossCheckTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var live: Fact<Bool>
        var seen: Fact<VirtualizationExtension>
        var observed: String?
        var part = ""
        var outside: @Sendable (inout HostReport) -> Void = { _ in }
        var inside: @Sendable (inout HostReport) -> Void = { _ in }
    }

    static let cases: [Case] = [
        Case(testDescription: "exposed and seen", live: .known(true), seen: .known(.vmx)),
        Case(testDescription: "hidden and not seen", live: .known(false), seen: .known(.none)),
        Case(
            testDescription: "exposed and not seen", live: .known(true), seen: .known(.none), observed: "sees none",
            part: "not restarted since the change"),
        Case(
            testDescription: "exposed and not seen, nesting off", live: .known(true), seen: .known(.none),
            observed: "sees none", part: "nesting is off in its host's kvm_intel",
            outside: { $0.hypervisor.nestedLoaded = .known(false) }),
        Case(
            testDescription: "hidden and seen", live: .known(false), seen: .known(.svm), observed: "sees svm",
            part: "hidden"),
        Case(
            testDescription: "seen, module not loaded", live: .known(true), seen: .known(.vmx),
            observed: "sees vmx, no KVM", part: "not loaded in it",
            inside: { $0.hypervisor.moduleState = .known(.available) }),
        Case(
            testDescription: "seen, creates no machine", live: .known(true), seen: .known(.vmx),
            observed: "sees vmx, no KVM", part: "creates no virtual machine",
            inside: {
                $0.hypervisor.device = .known(
                    KVMDevice(
                        mode: .known("0660"), owner: .known("root"), group: .known("kvm"), opens: .known(true),
                        createsVM: .known(false)))
            }),
        Case(testDescription: "off", live: .absent, seen: .known(.none)),
        Case(testDescription: "live unknown", live: .unknown("?"), seen: .known(.none)),
        Case(testDescription: "inside unknown", live: .known(true), seen: .unknown("?")),
    ]

    private func evaluate(_ item: Case, previous: [Finding] = []) -> [Finding] {
        let joined = NestingTree.join([
            Sample.host(
                "r", uuid: 1, guests: [Sample.guest("a", uuid: 2) { $0.exposure.live = item.live }], item.outside),
            Sample.host("r/a", uuid: 2) {
                $0.cpu.extension = item.seen
                item.inside(&$0)
            },
        ])
        return PolicyEngine([]).evaluate(joined, previous: previous, now: Sample.now)
    }

    @Test("What the host configures is held against what the guest sees, without any policy", arguments: cases)
    func findings(_ item: Case) {
        let findings = evaluate(item)
        #expect(findings.map(\.observed) == (item.observed.map { [$0] } ?? []))
        #expect(findings.allSatisfy { $0.kind == .crossCheck && $0.sentence.contains(item.part) })
    }

    @Test("An unknown fact leaves an earlier difference standing as stale", arguments: cases.suffix(2))
    func unknown(_ item: Case) {
        let first = evaluate(Self.cases[2])
        #expect(evaluate(item, previous: first).map(\.state) == [.stale])
        #expect(evaluate(Self.cases[0], previous: first).map(\.state) == [.resolved])
    }
}
