import NestingModel

/// Advisories on nesting, as data. Sources disagree on which kernels carry the fixes, so none of them is ever passed:
/// what is said is what was seen, on whose word and as of when.
enum AdvisoryRules {
    struct Advisory: Sendable {
        var id: String
        var title: String
        var vendors: Set<CPUVendor>
        /// Whether an Intel processor is concerned only with five levels of EPT.
        var intelNeedsFiveLevels = false
        var severity: Severity
    }

    static let advisories: [Advisory] = [
        Advisory(
            id: "CVE-2026-53359", title: "escape through the shadow MMU", vendors: [.intel, .amd, .hygon],
            severity: .critical),
        Advisory(
            id: "CVE-2026-64561", title: "escape through the shadow MMU", vendors: [.intel, .amd, .hygon],
            intelNeedsFiveLevels: true, severity: .critical),
        Advisory(
            id: "kvm-nested-2026",
            title: "other flaws in nested code (CVE-2021-3653, CVE-2021-3656, CVE-2026-43133, CVE-2026-45987, "
                + "CVE-2026-46032, CVE-2026-46059, CVE-2026-46076, CVE-2026-46113, CVE-2026-46131, CVE-2026-64562, "
                + "CVE-2026-89931, CVE-2026-98863)",
            vendors: [.intel, .amd, .hygon], severity: .high),
    ]

    static let all: [EligibilityRule] = advisories.map { advisory in
        EligibilityRule(
            "advisory.\(advisory.id.lowercased())", "\(advisory.id): \(advisory.title)", platform: .linux,
            severity: advisory.severity, source: "\(advisory.id), EGI-SVG-2026-30"
        ) { judge(advisory, $0) }
    }

    private static func judge(_ advisory: Advisory, _ report: HostReport) -> [Judgement] {
        guard let vendor = report.cpu.vendor.value else {
            return [.unknown("whether it concerns this processor", report.cpu.vendor.reason ?? "no vendor is reported")]
        }
        guard advisory.vendors.contains(vendor) else { return [] }
        if case .known(.none) = report.cpu.extension { return [] }
        let kernel = report.host.kernelRelease.value.map { "kernel \($0)" } ?? "kernel unknown"
        var levels = ""
        if advisory.intelNeedsFiveLevels, vendor == .intel {
            switch report.hypervisor.parameters["ept_5level"] {
            case "N", "n", "0": return []
            case nil: levels = ", five-level EPT unknown"
            default: levels = ", five-level EPT"
            }
        }
        let exposed = report.exposedGuests.count
        let guests =
            report.guests.value == nil ? "guests unknown" : "\(exposed) exposed guest\(exposed == 1 ? "" : "s")"
        switch report.hypervisor.nestedLoaded {
        case .known(true):
            return [
                Judgement(
                    .warn,
                    "\(kernel), nesting on, \(guests)\(levels): whether this kernel has the fix is not known here",
                    remedy:
                        "ask your distribution about \(advisory.id); until it is fixed hide extensions where nobody "
                        + "needs them, or reload kvm with nested=0")
            ]
        case .known(false):
            return [
                Judgement(
                    .info,
                    "\(kernel), nesting off\(levels): the chief way to it is closed, which does not make it fixed",
                    remedy: "ask your distribution about \(advisory.id)")
            ]
        case .absent: return [Judgement(.info, "\(kernel), no hypervisor module is loaded\(levels)")]
        case .unknown(let reason): return [.unknown("whether nesting is on (\(kernel)\(levels))", reason)]
        }
    }
}
