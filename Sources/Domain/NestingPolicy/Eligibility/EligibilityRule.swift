package import NestingModel

/// One rule about nesting, as data: what it says, for which platform, on whose word and as of when.
package struct EligibilityRule: Sendable {
    package var id: String
    package var title: String
    package var platform: RulePlatform
    package var severity: Severity
    package var source: String
    package var asOf: String
    /// Nothing where the rule has nothing to say about this machine.
    let judge: @Sendable (HostReport) -> [Judgement]

    init(
        _ id: String, _ title: String, platform: RulePlatform = .any, severity: Severity, source: String,
        asOf: String = EligibilityRules.reviewed, judge: @escaping @Sendable (HostReport) -> [Judgement]
    ) {
        self.id = id
        self.title = title
        self.platform = platform
        self.severity = severity
        self.source = source
        self.asOf = asOf
        self.judge = judge
    }

    /// The rule's results for this machine.
    package func results(_ report: HostReport) -> [CheckResult] {
        guard platform.includes(report) else { return [] }
        return judge(report).map {
            CheckResult(
                id: id, title: title, guest: $0.guest, verdict: $0.verdict, severity: severity, sentence: $0.sentence,
                remedy: $0.remedy, source: source, asOf: asOf)
        }
    }
}

/// Where a rule holds.
package enum RulePlatform: String, Sendable {
    case any, linux, windows

    func includes(_ report: HostReport) -> Bool {
        self == .any || report.agent.platform.hasPrefix(rawValue)
    }
}

/// What a rule says of one report.
struct Judgement: Sendable, Hashable {
    var verdict: CheckVerdict
    var sentence: String
    var remedy: String
    var guest: String?

    init(_ verdict: CheckVerdict, _ sentence: String, remedy: String = "", guest: String? = nil) {
        self.verdict = verdict
        self.sentence = sentence
        self.remedy = remedy
        self.guest = guest
    }

    static func unknown(_ what: String, _ reason: String) -> Judgement {
        Judgement(.unknown, "\(what) could not be told: \(reason)")
    }
}
