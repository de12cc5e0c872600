import HumanText
package import NestingModel
import YAMLDocument

extension PolicyDocument {
    /// The policies as one file, which `read` reads back as the same policies; what is as it would be without a word
    /// is left out.
    package static func write(_ policies: [Policy]) -> String {
        YAMLValue.fields(["policies": .sequence(policies.map(value))]).yaml
    }

    private static func value(_ policy: Policy) -> YAMLValue {
        .fields([
            "name": .text(policy.name), "priority": policy.priority == 0 ? nil : .int(Int64(policy.priority)),
            "select": value(policy.selector), "desire": value(policy.desired), "mode": .text(policy.mode.rawValue),
            "severity": .text(policy.severity.rawValue), "disruption": value(policy.disruption),
        ])
    }

    private static func value(_ selector: PolicySelector) -> YAMLValue {
        func texts(_ list: [String]) -> YAMLValue? { list.isEmpty ? nil : .texts(list) }
        return .fields([
            "all": selector.all ? .bool(true) : nil, "paths": texts(selector.paths),
            "labels": FleetDocument.pairs(selector.labels),
            "levels": selector.levels.isEmpty ? nil : .sequence(selector.levels.map { .int(Int64($0)) }),
            "guests": texts(selector.guests), "uuids": texts(selector.uuids),
        ])
    }

    private static func value(_ desired: DesiredSettings) -> YAMLValue {
        .fields([
            "exposure": desired.exposure.map { .text($0 ? "exposed" : "hidden") },
            "startup-memory": desired.startupMemory.map { .text(ByteSize.text($0)) },
            "dynamic-memory": desired.dynamicMemory.map { .bool($0) },
            "maximum-vcpus": desired.maximumVCPUs.map { .int(Int64($0)) },
            "mac-spoofing": desired.macSpoofing.map { .text($0 ? "allowed" : "blocked") },
            "saved-state": desired.savedState == false ? .text("none") : nil,
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
