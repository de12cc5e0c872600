package import NestingModel

/// What one rule says of this machine, or of one of its guests.
package struct CheckResult: Codable, Sendable, Hashable {
    /// The rule's, such as `kvm.device`: stable.
    package var id: String
    package var title: String
    /// The guest that it is about, as its host names it; nil for the host.
    package var guest: String?
    package var verdict: CheckVerdict
    /// How much it matters where the verdict is not `pass`.
    package var severity: Severity
    package var sentence: String
    /// Empty where nothing is to be done.
    package var remedy: String
    /// Where the rule comes from.
    package var source: String
    /// The day on which the rule was last held against its source, `2026-11-24`.
    package var asOf: String

    package init(
        id: String, title: String, guest: String?, verdict: CheckVerdict, severity: Severity, sentence: String,
        remedy: String, source: String, asOf: String
    ) {
        self.id = id
        self.title = title
        self.guest = guest
        self.verdict = verdict
        self.severity = severity
        self.sentence = sentence
        self.remedy = remedy
        self.source = source
        self.asOf = asOf
    }
}

/// How a check ended, in the words that people know from virt-host-validate.
package enum CheckVerdict: String, OpenEnumeration, CaseIterable {
    case pass, info, warn, fail
    /// A fact that it needs could not be read.
    case unknown
}
