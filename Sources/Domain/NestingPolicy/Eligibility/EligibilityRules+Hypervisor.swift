import NestingModel

extension EligibilityRules {
    static let hypervisor: [EligibilityRule] = [
        EligibilityRule(
            "kvm.module", "KVM module", platform: .linux, severity: .high, source: kernelDocuments, judge: module),
        EligibilityRule(
            "kvm.device", "/dev/kvm works", platform: .linux, severity: .high,
            source: "Linux, Documentation/virt/kvm/api.rst", judge: device),
        EligibilityRule(
            "kvm.device-access", "/dev/kvm is not for everybody", platform: .linux, severity: .medium,
            source: "EGI-SVG-2026-30", judge: deviceAccess),
        EligibilityRule(
            "nested.loaded", "nesting in effect", severity: .medium, source: kernelDocuments, judge: loaded),
        EligibilityRule(
            "nested.configured", "nesting stays after a reboot", platform: .linux, severity: .medium,
            source: kernelDocuments, judge: configured),
        EligibilityRule(
            "manager.reachable", "guests can be listed", severity: .high, source: "Nestor, what an agent reads",
            judge: manager),
    ]

    private static func module(_ report: HostReport) -> [Judgement] {
        let name = report.hypervisor.module.value ?? "kvm"
        switch report.hypervisor.moduleState {
        case .known(.loaded): return [Judgement(.pass, "\(name) is loaded")]
        case .known(.builtin): return [Judgement(.pass, "\(name) is built into the kernel")]
        case .known(.available):
            return [Judgement(.fail, "\(name) is not loaded", remedy: "modprobe \(name), and look at the kernel log")]
        case .known(.missing), .absent:
            return [Judgement(.fail, "\(name) is not there", remedy: "install a kernel with KVM")]
        case .known(.unknown): return [.unknown("the module's state", "the agent names one that is not known")]
        case .unknown(let reason): return [.unknown("the module's state", reason)]
        }
    }

    private static func device(_ report: HostReport) -> [Judgement] {
        switch report.hypervisor.device {
        case .absent: return [Judgement(.fail, "there is no /dev/kvm", remedy: "load the kvm module")]
        case .unknown(let reason): return [.unknown("/dev/kvm", reason)]
        case .known(let device):
            switch (device.createsVM, device.opens) {
            case (.known(true), _): return [Judgement(.pass, "a virtual machine could be created")]
            case (.known(false), _):
                return [
                    Judgement(
                        .fail, "it creates no virtual machine",
                        remedy:
                            "look at the kernel log: the extension may be locked in the firmware or used by another "
                            + "hypervisor")
                ]
            case (_, .known(false)):
                let group = device.group.value ?? "kvm"
                return [
                    Judgement(
                        .warn, "this user may not open it", remedy: "run as root, or join the group \(group)")
                ]
            case (.unknown(let reason), _): return [.unknown("whether it creates a virtual machine", reason)]
            case (.absent, _): return [.unknown("whether it creates a virtual machine", "the agent did not try")]
            }
        }
    }

    private static func deviceAccess(_ report: HostReport) -> [Judgement] {
        guard let device = report.hypervisor.device.value else { return [] }
        switch device.mode {
        case .known(let mode):
            guard let bits = Int(mode, radix: 8) else { return [.unknown("its mode", "'\(mode)' is no mode")] }
            guard bits & 0o006 != 0 else { return [Judgement(.pass, "mode \(mode)")] }
            return [
                Judgement(
                    .warn, "mode \(mode): every local user reaches KVM, and with it the flaws in it",
                    remedy: "a udev rule: KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0660\"")
            ]
        case .absent: return []
        case .unknown(let reason): return [.unknown("its mode", reason)]
        }
    }

    private static func loaded(_ report: HostReport) -> [Judgement] {
        switch report.hypervisor.nestedLoaded {
        case .known(true): return [Judgement(.pass, "on: guests can be hosts")]
        case .known(false):
            let exposed = report.exposedGuests
            guard !exposed.isEmpty else { return [Judgement(.info, "off: guests can't be hosts")] }
            return [
                Judgement(
                    .warn, "off, and \(exposed.count) guest\(exposed.count == 1 ? " is" : "s are") set to have it",
                    remedy: report.hypervisor.remedy(nesting: true))
            ]
        case .absent: return [Judgement(.info, "no hypervisor module is loaded")]
        case .unknown(let reason): return [.unknown("whether nesting is on", reason)]
        }
    }

    private static func configured(_ report: HostReport) -> [Judgement] {
        let by = report.hypervisor.nestedConfiguredBy.value.map { " (\($0))" } ?? ""
        switch (report.hypervisor.nestedConfigured, report.hypervisor.nestedLoaded) {
        case (.known(let configured), .known(let loaded)) where configured != loaded:
            return [
                Judgement(
                    .warn, "nesting is \(word(loaded)) now, and will be \(word(configured)) after the next load\(by)",
                    remedy: "to keep it \(word(loaded)): \(report.hypervisor.remedy(nesting: loaded))")
            ]
        case (.known(let configured), .known): return [Judgement(.pass, "\(word(configured))\(by)")]
        case (.known(let configured), _): return [Judgement(.info, "\(word(configured)) at the next load\(by)")]
        case (.unknown(let reason), _): return [.unknown("what the configuration says", reason)]
        case (.absent, _): return []
        }
    }

    private static func word(_ flag: Bool) -> String { flag ? "on" : "off" }

    private static func manager(_ report: HostReport) -> [Judgement] {
        switch (report.guests, report.hypervisor.manager) {
        case (.unknown(let reason), _):
            return [
                Judgement(
                    .fail, "the guests could not be listed: \(reason)",
                    remedy: "start the service, or let this user reach its socket")
            ]
        case (.absent, _): return [Judgement(.info, "nothing manages guests here (no libvirt)")]
        case (.known(let guests), .known(let manager)):
            let version = manager.version.value.map { " \($0)" } ?? ""
            return [Judgement(.pass, "\(manager.name)\(version), \(guests.count) guest\(guests.count == 1 ? "" : "s")")]
        case (.known(let guests), _):
            return [Judgement(.pass, "\(guests.count) guest\(guests.count == 1 ? "" : "s")")]
        }
    }
}

extension HostReport {
    /// Guests that have extensions now, or will have them at their next start.
    var exposedGuests: [GuestReport] { (guests.value ?? []).filter(\.isExposed) }
}

extension GuestReport {
    var isExposed: Bool { exposure.configured.value == true || exposure.live.value == true }
}
