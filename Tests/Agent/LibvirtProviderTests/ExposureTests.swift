import NestingModel
import Testing

@testable import LibvirtProvider

@Suite("exposure as a definition configures it")
struct ExposureTests {
    struct Case: Sendable {
        var type = "kvm"
        var cpu: String
        var host: HostVirtualization
        /// Nil: not to be told.
        var exposed: Bool?
        var mechanism: String
        var live = false
    }

    static let epyc = "<cpu mode='custom' match='exact'><model>EPYC</model>"
    static let skylake = "<cpu mode='custom' match='exact'><model>Skylake-Client</model>"

    static let cases: [Case] = [
        // Under KVM: a line decides in every mode.
        Case(cpu: "<cpu mode='host-passthrough'/>", host: Samples.intel, exposed: true, mechanism: "host-passthrough"),
        Case(cpu: "<cpu mode='host-passthrough'/>", host: Samples.amd, exposed: true, mechanism: "host-passthrough"),
        Case(
            cpu: "<cpu mode='host-passthrough'/>", host: Samples.intelNestedOff, exposed: false,
            mechanism: "host-passthrough, but KVM has no vmx to pass on"),
        Case(
            cpu: "<cpu mode='maximum'/>", host: Samples.amdNestedOff, exposed: false,
            mechanism: "maximum, but KVM has no svm to pass on"),
        Case(
            cpu: "<cpu mode='host-passthrough'/>", host: Samples.bare, exposed: false,
            mechanism: "host-passthrough, but KVM has no vmx to pass on"),
        Case(cpu: "<cpu mode='host-passthrough'/>", host: Samples.blank, exposed: nil, mechanism: "host-passthrough"),
        Case(
            cpu: "<cpu mode='host-passthrough'><feature policy='disable' name='vmx'/></cpu>", host: Samples.intel,
            exposed: false, mechanism: "feature vmx disable"),
        Case(
            cpu: "<cpu mode='host-passthrough'><feature policy='disable' name='svm'/></cpu>", host: Samples.intel,
            exposed: true, mechanism: "host-passthrough"),
        Case(
            cpu: "<cpu mode='host-model'/>", host: Samples.intel, exposed: true,
            mechanism: "host-model (Skylake-Client-IBRS, with vmx)"),
        Case(
            cpu: "<cpu mode='host-model'/>", host: Samples.amd, exposed: false,
            mechanism: "host-model (EPYC-Rome, no extension asked for)"),
        Case(
            cpu: "<cpu mode='host-model'><feature policy='require' name='svm'/></cpu>", host: Samples.amd,
            exposed: true, mechanism: "feature svm require"),
        Case(cpu: "<cpu mode='host-model'/>", host: Samples.blank, exposed: nil, mechanism: "host-model"),
        Case(cpu: skylake + "</cpu>", host: Samples.intel, exposed: false, mechanism: "model Skylake-Client"),
        Case(
            cpu: skylake + "<feature name='vmx'/></cpu>", host: Samples.intel, exposed: true,
            mechanism: "feature vmx require"),
        Case(
            cpu: skylake + "<feature policy='optional' name='vmx'/></cpu>", host: Samples.intelNestedOff,
            exposed: false, mechanism: "feature vmx optional"),
        Case(
            cpu: skylake + "<feature policy='force' name='vmx'/></cpu>", host: Samples.intelNestedOff, exposed: true,
            mechanism: "feature vmx force"),
        Case(
            cpu: skylake + "<feature policy='forbid' name='vmx'/></cpu>", host: Samples.intel, exposed: false,
            mechanism: "feature vmx forbid"),
        Case(
            cpu: epyc + "</cpu>", host: Samples.amd, exposed: false,
            mechanism: "model EPYC, whose svm KVM leaves out unless asked"),
        Case(
            cpu: "<cpu mode='custom' match='exact' check='full'><model>EPYC</model></cpu>", host: Samples.amd,
            exposed: true, mechanism: "model EPYC", live: true),
        Case(
            cpu: "<cpu mode='custom' match='minimum'><model>Skylake-Client</model></cpu>", host: Samples.intel,
            exposed: true, mechanism: "model Skylake-Client minimum (Skylake-Client-IBRS, with vmx)"),
        Case(
            cpu: "<cpu><model>Futurelake</model></cpu>", host: Samples.intel, exposed: nil,
            mechanism: "model Futurelake"),
        Case(cpu: "", host: Samples.intel, exposed: false, mechanism: "hypervisor default"),
        Case(
            cpu: "<cpu><topology sockets='1' cores='2' threads='1'/></cpu>", host: Samples.intel, exposed: false,
            mechanism: "hypervisor default"),
        // Under TCG: svm alone, and a model that has it keeps it.
        Case(type: "qemu", cpu: "", host: Samples.bare, exposed: true, mechanism: "hypervisor default (qemu64)"),
        Case(type: "qemu", cpu: epyc + "</cpu>", host: Samples.bare, exposed: true, mechanism: "model EPYC"),
        Case(
            type: "qemu", cpu: epyc + "<feature policy='disable' name='svm'/></cpu>", host: Samples.bare,
            exposed: false, mechanism: "feature svm disable"),
        Case(
            type: "qemu", cpu: skylake + "</cpu>", host: Samples.bare, exposed: false, mechanism: "model Skylake-Client"
        ),
        Case(
            type: "qemu", cpu: skylake + "<feature policy='require' name='vmx'/></cpu>", host: Samples.bare,
            exposed: false, mechanism: "model Skylake-Client"),
        Case(type: "qemu", cpu: "<cpu mode='maximum'/>", host: Samples.bare, exposed: true, mechanism: "maximum"),
        Case(
            type: "qemu", cpu: "<cpu mode='host-model'/>", host: Samples.bare, exposed: true,
            mechanism: "host-model (EPYC)"),
        Case(type: "xen", cpu: "", host: Samples.intel, exposed: nil, mechanism: "type xen"),
    ]

    @Test("is told by mode, model, feature lines and host", arguments: cases)
    func verdict(_ given: Case) throws {
        let definition = try DomainDefinition(Samples.domain(given.type, cpu: given.cpu))
        let verdict = definition.exposure(on: given.host, live: given.live)
        #expect(verdict.exposed.value == given.exposed)
        #expect(verdict.exposed.isUnknown == (given.exposed == nil))
        #expect(verdict.mechanism == .known(given.mechanism))
    }

    @Test("of another architecture is unknown, never guessed", arguments: ["aarch64", "s390x", "ppc64"])
    func otherArchitectures(arch: String) throws {
        let definition = try DomainDefinition(Samples.domain(cpu: "<cpu mode='host-passthrough'/>", arch: arch))
        #expect(definition.exposure(on: Samples.intel).exposed.isUnknown)
        #expect(throws: EditFault.self) { try definition.applying(GuestChange(exposure: true), on: Samples.intel) }
    }

    static let modes = [
        "<cpu mode='host-passthrough'/>", "<cpu mode='host-passthrough' check='none' migratable='on'></cpu>",
        "<cpu mode='host-model' check='partial'/>", "<cpu mode='maximum'/>",
        "<cpu mode='custom' match='exact'><model fallback='allow'>Opteron_G5</model></cpu>",
        "<cpu mode='custom' match='strict'><model>qemu64</model><topology sockets='1' cores='2' threads='1'/></cpu>",
        "<cpu match='minimum'><model>Skylake-Client</model></cpu>", "",
        "<cpu><topology sockets='1' cores='2' threads='1'/></cpu>",
    ]
    static let lines = [
        [], ["require"], ["disable"], ["optional"], ["forbid"], ["force"], ["disable", "require"],
        ["require", "optional", "disable"],
    ]

    @Test(
        "is set both ways in every mode with every line, and set back again", arguments: modes,
        [("kvm", Samples.intel), ("kvm", Samples.amd), ("kvm", Samples.intelNestedOff), ("qemu", Samples.bare)])
    func edits(cpu: String, on host: (type: String, host: HostVirtualization)) throws {
        let name = host.type == "qemu" ? "svm" : host.host.extension?.rawValue ?? ""
        for policies in ExposureTests.lines {
            let features = policies.map { "\n    <feature name='\(name)'  policy=\"\($0)\" />" }.joined()
            guard let cpu = ExposureTests.inserting(features, into: cpu) else { continue }
            let before = Samples.domain(
                host.type, cpu: cpu, more: "<!-- odd --><metadata><x xmlns='u'>&lt;</x></metadata>")
            let definition = try DomainDefinition(before)
            let isIntelUnderTCG = host.type == "qemu" && definition.cpu.model == "Skylake-Client"
            for wanted in [true, false] where !(wanted && isIntelUnderTCG) {
                if wanted, host.type == "kvm", host.host.passesThrough(name).value == false,
                    policies != ["require"], policies != ["force"]
                {
                    // It would not start: nothing is written.
                    #expect(throws: EditFault.self) {
                        try definition.applying(GuestChange(exposure: true), on: host.host)
                    }
                    continue
                }
                let after = try definition.applying(GuestChange(exposure: wanted), on: host.host)
                let changed = try DomainDefinition(after)
                let verdict = changed.exposure(on: host.host).exposed
                #expect(verdict == .known(wanted), "\(cpu) to \(wanted) gave \(after)")
                #expect(changed.cpu.features(name).count <= 1)
                #expect(ExposureTests.withoutCPU(after) == ExposureTests.withoutCPU(before))
                #expect(try changed.applying(GuestChange(exposure: wanted), on: host.host) == after, "not idempotent")
                let back = changed.undoing(before: definition, after: changed)
                if after == before {
                    #expect(back == nil)
                } else if policies.count < 2 {
                    #expect(back == before, "\(cpu) to \(wanted) and back")
                } else {
                    // Of doubled lines, which libvirt does not take, the first comes back.
                    let undone = try DomainDefinition(back ?? after).cpu.features(name).map(\.policy)
                    #expect(undone == [policies[0]])
                }
            }
        }
    }

    @Test("of an Intel model under TCG can't be turned on, and the remedy says why")
    func noVMXUnderTCG() throws {
        let definition = try DomainDefinition(Samples.domain("qemu", cpu: "<cpu><model>Haswell</model></cpu>"))
        #expect {
            _ = try definition.applying(GuestChange(exposure: true), on: Samples.bare)
        } throws: {
            ($0 as? EditFault)?.remedy.contains("AMD model") == true
        }
    }

    @Test("is hidden under both names where the host's vendor is not known, and can't be turned on there")
    func unknownVendor() throws {
        let definition = try DomainDefinition(Samples.domain(cpu: "<cpu mode='host-passthrough'/>"))
        let hidden = try definition.applying(GuestChange(exposure: false), on: Samples.blank)
        #expect(hidden.contains("<feature policy='disable' name='vmx'/><feature policy='disable' name='svm'/>"))
        #expect(throws: EditFault.self) { try definition.applying(GuestChange(exposure: true), on: Samples.blank) }
    }

    @Test("is set back only where our line is still there, and another's edits stay")
    func undoKeepsOthers() throws {
        let before = try DomainDefinition(Samples.domain(cpu: "<cpu mode='host-passthrough'/>"))
        let change = GuestChange(exposure: false)
        let after = try DomainDefinition(try before.applying(change, on: Samples.intel))
        // Somebody exposed it again: theirs.
        let theirs = try DomainDefinition(try after.applying(GuestChange(exposure: true), on: Samples.intel))
        #expect(theirs.undoing(before: before, after: after) == nil)
        // Somebody added a feature: it stays, our line goes.
        let added = Samples.domain(
            cpu: "<cpu mode='host-passthrough' check='none'><feature policy='disable' name='vmx'/>"
                + "<feature policy='disable' name='pcid'/></cpu>")
        #expect(
            try DomainDefinition(added).undoing(before: before, after: after)
                == Samples.domain(
                    cpu: "<cpu mode='host-passthrough' check='none'><feature policy='disable' name='pcid'/></cpu>"))
    }

    @Test("is set back also where the host has lost nested since", arguments: ["host-passthrough", "host-model"])
    func undoAfterTheHostChanged(mode: String) throws {
        let line = "<feature policy='disable' name='vmx'/>"
        let before = Samples.domain(cpu: "<cpu mode='\(mode)'>\(line)</cpu>")
        let definition = try DomainDefinition(before)
        let change = GuestChange(exposure: true)
        let now = try DomainDefinition(try definition.applying(change, on: Samples.intel))
        #expect(try now.undoing(change, before: definition, on: Samples.intelNestedOff) == before)
        #expect(try now.undoing(change, before: definition, on: Samples.intel) == before)
        // Nothing was changed where the host's CPU was passed on as it is.
        let plain = try DomainDefinition(Samples.domain(cpu: "<cpu mode='host-passthrough'/>"))
        #expect(try plain.undoing(change, before: plain, on: Samples.intelNestedOff) == nil)
    }

    private static func inserting(_ features: String, into cpu: String) -> String? {
        if features.isEmpty { return cpu }
        // Features need a model or a mode.
        if cpu.isEmpty || cpu.hasPrefix("<cpu><topology") { return nil }
        if cpu.hasSuffix("/>") { return cpu.dropLast(2) + ">" + features + "</cpu>" }
        return cpu.dropLast(6) + features + "</cpu>"
    }

    /// The text with the CPU and the space before it cut out.
    private static func withoutCPU(_ text: String) -> String {
        guard let tree = try? XMLTreeParser.parse(Array(text.utf8)) else { return "" }
        guard let node = tree.first("cpu") else { return text.split(separator: "\n").map(trimmedLine).joined() }
        var edit = XMLEdit(tree)
        edit.remove(node)
        return edit.result.split(separator: "\n").map(trimmedLine).joined()
    }

    private static func trimmedLine(_ line: Substring) -> String { trimmed(String(line)) }
}
