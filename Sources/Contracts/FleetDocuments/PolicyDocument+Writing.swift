import HumanText
package import NestingModel
import YAMLDocument

extension PolicyDocument {
    /// The policies and exemptions as one file, which `read` reads back as the same; what is as it would be without a
    /// word is left out.
    package static func write(_ book: PolicyBook) -> String {
        YAMLValue.fields([
            "policies": book.policies.isEmpty && !book.exemptions.isEmpty
                ? nil : .sequence(book.policies.map(value)),
            "exemptions": book.exemptions.isEmpty ? nil : .sequence(book.exemptions.map(value)),
        ]).yaml
    }

    /// The same below lines of comment, in which nothing of a text from outside can end its line.
    package static func write(_ book: PolicyBook, below comments: [String]) -> String {
        comments.map { "# \(ShownText.escaped($0, limit: 1_000))\n" }.joined() + write(book)
    }

    /// One policy or one exemption alone, as it stands in a file's list.
    package static func write(_ policy: Policy) -> String { value(policy).yaml }
    package static func write(_ exemption: Exemption) -> String { value(exemption).yaml }

    private static func value(_ policy: Policy) -> YAMLValue {
        .fields([
            "name": .text(policy.name), "priority": policy.priority == 0 ? nil : .int(Int64(policy.priority)),
            "select": value(policy.selector), "desire": value(policy.desired),
            "mode": value(policy.mode, policy.intendedMode),
            "modes": policy.modes.isEmpty
                ? nil
                : .sequence(
                    policy.modes.map { rule in
                        .fields([
                            "select": value(rule.selector), "mode": value(rule.mode, rule.intendedMode),
                            "reason": .text(rule.reason),
                        ])
                    }),
            "from": policy.from.map { .text($0.text) },
            "grace": policy.graceSeconds.map { .text(DurationText.text(.seconds($0))) },
            "severity": .text(policy.severity.rawValue), "disruption": value(policy.disruption),
        ])
    }

    private static func value(_ mode: PolicyMode, _ intended: PolicyMode?) -> YAMLValue {
        guard let intended else { return .text(mode.rawValue) }
        return .fields(["corrective": .text(mode.rawValue), "intended": .text(intended.rawValue)])
    }

    private static func value(_ exemption: Exemption) -> YAMLValue {
        .fields([
            "name": .text(exemption.name), "select": value(exemption.selector),
            "settings": .texts(exemption.settings.map(\.rawValue)),
            "accepts": exemption.accepts.isEmpty ? nil : value(exemption.accepts), "owner": .text(exemption.owner),
            "reason": .text(exemption.reason), "expires": .text(exemption.expires.text),
        ])
    }

    private static func value(_ selector: PolicySelector) -> YAMLValue {
        func texts(_ list: [String]) -> YAMLValue? { list.isEmpty ? nil : .texts(list) }
        let not = selector.not.map(value)
        return .fields([
            "all": selector.all ? .bool(true) : nil, "paths": texts(selector.paths), "hosts": texts(selector.hosts),
            "labels": labels(selector),
            "platforms": texts(selector.platforms.map(\.word)),
            "levels": selector.levels.isEmpty ? nil : .sequence(selector.levels.map { .int(Int64($0)) }),
            "guests": texts(selector.guests), "uuids": texts(selector.uuids),
            "not": not.count > 1 ? .sequence(not) : not.first,
        ])
    }

    /// A label has a text or rules: a file can't say both of one name.
    private static func labels(_ selector: PolicySelector) -> YAMLValue? {
        var tests: [String: [YAMLPair]] = [:]
        for rule in selector.labelRules {
            let pair: YAMLPair =
                switch rule.test {
                case .isOneOf: YAMLPair(key: "in", value: .texts(rule.values))
                case .isNoneOf: YAMLPair(key: "not-in", value: .texts(rule.values))
                case .exists, .isMissing, .unknown: YAMLPair(key: "exists", value: .bool(rule.test == .exists))
                }
            tests[rule.label, default: []].append(pair)
        }
        let names = Set(selector.labels.keys).union(tests.keys).sorted()
        guard !names.isEmpty else { return nil }
        return .mapping(
            names.map { name in
                if let text = selector.labels[name] { return YAMLPair(key: name, value: .text(text)) }
                return YAMLPair(key: name, value: .mapping(tests[name] ?? []))
            })
    }

    private static func value(_ desired: DesiredSettings) -> YAMLValue {
        .fields([
            "exposure": desired.exposure.map { .text($0 ? "exposed" : "hidden") },
            "startup-memory": desired.startupMemory.map { .text(ByteSize.text($0)) },
            "dynamic-memory": desired.dynamicMemory.map { .bool($0) },
            "maximum-vcpus": desired.maximumVCPUs.map { .int(Int64($0)) },
            "mac-spoofing": desired.macSpoofing.map { .text($0 ? "allowed" : "blocked") },
            "saved-state": desired.savedState.map { .text($0 ? "present" : "none") },
            "snapshots": desired.snapshots.map { .text($0 ? "present" : "none") },
            "autostart": desired.autostart.map { .text($0 ? "on" : "off") },
            "host-nesting": desired.hostNesting.map { .text($0 ? "on" : "off") },
        ])
    }

    private static func value(_ rules: DisruptionRules) -> YAMLValue? {
        let usual = DisruptionRules()
        guard rules != usual else { return nil }
        func word(_ flag: Bool, _ usual: Bool) -> YAMLValue? {
            flag == usual ? nil : .text(flag ? "allowed" : "forbidden")
        }
        func time(_ seconds: Int, _ usual: Int) -> YAMLValue? {
            seconds == usual ? nil : .text(DurationText.text(.seconds(seconds)))
        }
        let owners = rules.consent.owners.map(\.rawValue)
        return .fields([
            "restart": word(rules.restart, usual.restart), "drain": word(rules.drain, usual.drain),
            "shutdown-deadline": time(rules.shutdownSeconds, usual.shutdownSeconds),
            "report-age": time(rules.reportAgeSeconds, usual.reportAgeSeconds),
            "drop-saved-state": rules.consent.dropSavedState ? .bool(true) : nil,
            "cut-power": rules.consent.cutPower ? .bool(true) : nil,
            "correct-owned": owners.isEmpty ? nil : .texts(owners),
        ])
    }
}
