import HumanText
import NestingModel
import YAMLDocument

/// One entry of a list `policies`.
struct PolicyFields {
    static let keys = [
        "name", "priority", "select", "desire", "mode", "modes", "from", "grace", "severity", "disruption",
    ]
    static let required = ["name", "select", "desire"]
    static let modeKeys = ["select", "mode", "reason"]
    static let causes = ["corrective", "intended"]
    static let disruptionKeys = [
        "restart", "drain", "shutdown-deadline", "report-age", "drop-saved-state", "cut-power", "correct-owned",
    ]

    private let fields: YAMLMapping

    init(_ fields: YAMLMapping) {
        self.fields = fields
    }

    func policy() -> Policy {
        let severities: [Severity] = [.unknown]
        let modes = Self.modes(fields)
        let from = fields.moment("from")
        let grace = fields.duration("grace", in: .seconds(60)...(.seconds(366 * 86_400)))
        if grace != nil, fields.node("from") == nil {
            fields.refuse("grace", "stands without from", "write from: the period begins there")
        }
        return Policy(
            name: fields.string("name", longest: 128) ?? "",
            priority: fields.int("priority", in: -1_000_000...1_000_000) ?? 0,
            selector: SelectorFields.read(fields), desired: desired(),
            mode: modes?.corrective ?? .audit, intendedMode: modes?.intended, modes: modeRules(), from: from,
            graceSeconds: grace.map { Int($0.components.seconds) }, disruption: disruption(),
            severity: fields.oneOf("severity", Severity.self, except: severities) ?? .medium,
            place: "\(fields.place.file):\(fields.place.line)")
    }

    /// One mode for all drift, or one for each cause of it.
    private static func modes(_ fields: YAMLMapping) -> (corrective: PolicyMode, intended: PolicyMode?)? {
        guard let node = fields.node("mode") else { return nil }
        guard case .mapping = node.content else {
            return fields.oneOf("mode", PolicyMode.self, except: [.unknown]).map { ($0, nil) }
        }
        guard let causes = fields.mapping("mode", allowed: causes, required: causes),
            let corrective = causes.oneOf("corrective", PolicyMode.self, except: [.unknown]),
            let intended = causes.oneOf("intended", PolicyMode.self, except: [.unknown])
        else { return nil }
        return (corrective, intended == corrective ? nil : intended)
    }

    private func modeRules() -> [ModeRule] {
        fields.mappings("modes", allowed: Self.modeKeys, required: Self.modeKeys).map { rule in
            let modes = Self.modes(rule)
            return ModeRule(
                SelectorFields.read(rule), mode: modes?.corrective ?? .audit, intendedMode: modes?.intended,
                reason: rule.string("reason", longest: 512) ?? "", place: "\(rule.place.file):\(rule.place.line)")
        }
    }

    private func desired() -> DesiredSettings {
        guard let desire = fields.mapping("desire", allowed: WishFields.keys) else { return DesiredSettings() }
        if desire.entries.isEmpty {
            fields.refuse(
                "desire", "asks for nothing", "write at least one of \(ShownText.alternatives(WishFields.keys))")
        }
        return WishFields.read(desire, presence: ["none"])
    }

    private func disruption() -> DisruptionRules {
        var rules = DisruptionRules()
        guard let fields = fields.mapping("disruption", allowed: Self.disruptionKeys) else { return rules }
        func isAllowed(_ key: String) -> Bool? { fields.oneOf(key, ["allowed", "forbidden"]).map { $0 == "allowed" } }
        func seconds(_ key: String, _ range: ClosedRange<Duration>) -> Int? {
            fields.duration(key, in: range).map { Int($0.components.seconds) }
        }
        rules.restart = isAllowed("restart") ?? rules.restart
        rules.drain = isAllowed("drain") ?? rules.drain
        rules.shutdownSeconds = seconds("shutdown-deadline", .seconds(1)...(.seconds(3600))) ?? rules.shutdownSeconds
        rules.reportAgeSeconds = seconds("report-age", .seconds(1)...(.seconds(86400))) ?? rules.reportAgeSeconds
        rules.consent.dropSavedState = fields.bool("drop-saved-state") ?? false
        rules.consent.cutPower = fields.bool("cut-power") ?? false
        rules.consent.owners =
            fields.values("correct-owned", expected: ShownText.alternatives(FleetText.managers)) {
                FleetText.managers.contains($0.text) ? OwningManager(rawValue: $0.text) : nil
            } ?? []
        return rules
    }
}

/// Settings and their values, as policies wish for them and exemptions accept them.
enum WishFields {
    static let keys = [
        "exposure", "startup-memory", "dynamic-memory", "maximum-vcpus", "mac-spoofing", "saved-state", "snapshots",
        "autostart", "host-nesting",
    ]

    /// - Parameter presence: the words that may be said of saved states and snapshots.
    static func read(_ fields: YAMLMapping, presence: [String]) -> DesiredSettings {
        DesiredSettings(
            exposure: fields.oneOf("exposure", ["exposed", "hidden"]).map { $0 == "exposed" },
            startupMemory: fields.bytes("startup-memory", in: 1 << 20...1 << 46),
            dynamicMemory: fields.bool("dynamic-memory"), maximumVCPUs: fields.int("maximum-vcpus", in: 1...8192),
            macSpoofing: fields.oneOf("mac-spoofing", ["allowed", "blocked"]).map { $0 == "allowed" },
            savedState: fields.oneOf("saved-state", presence).map { $0 == "present" },
            snapshots: fields.oneOf("snapshots", presence).map { $0 == "present" },
            autostart: fields.oneOf("autostart", ["on", "off"]).map { $0 == "on" },
            hostNesting: fields.oneOf("host-nesting", ["on", "off"]).map { $0 == "on" })
    }
}
