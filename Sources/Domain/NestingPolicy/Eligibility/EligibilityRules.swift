package import NestingModel

/// All rules that `nestor check` holds one machine against, in the order in which it prints them.
package enum EligibilityRules {
    /// When the rules were last held against their sources.
    static let reviewed = "2026-11-24"
    /// The kernel's own documents on nesting.
    static let kernelDocuments = "Linux, Documentation/virt/kvm/x86/running-nested-guests.rst"

    package static let all: [EligibilityRule] =
        processor + hypervisor + guests + AdvisoryRules.all

    /// Every rule's results. A machine for which no rule has a word beyond `pass` is eligible, and never called safe.
    package static func check(_ report: HostReport) -> [CheckResult] {
        all.flatMap { $0.results(report) }
    }
}
