import HumanText
import NestingModel
import YAMLDocument

/// One entry of a policy file.
struct PolicyFields {
    static let keys = ["name", "priority", "select", "desire", "mode", "severity", "disruption"]
    static let wishKeys = [
        "exposure", "startup-memory", "dynamic-memory", "maximum-vcpus", "mac-spoofing", "saved-state", "host-nesting",
    ]
    static let disruptionKeys = [
        "restart", "drain", "shutdown-deadline", "report-age", "drop-saved-state", "cut-power", "correct-owned",
    ]

    private let fields: YAMLMapping

    init(_ fields: YAMLMapping) {
        self.fields = fields
    }

    func policy() -> Policy {
        let severities: [Severity] = [.unknown]
        return Policy(
            name: fields.requiredString("name", longest: 128),
            priority: fields.int("priority", in: -1_000_000...1_000_000) ?? 0,
            selector: SelectorFields.read(fields), desired: desired(),
            mode: fields.oneOf("mode", PolicyMode.self, except: [.unknown]) ?? .audit, disruption: disruption(),
            severity: fields.oneOf("severity", Severity.self, except: severities) ?? .medium,
            place: "\(fields.place.file):\(fields.place.line)")
    }

    private func desired() -> DesiredSettings {
        guard let desire = fields.mapping("desire", allowed: Self.wishKeys) else { return DesiredSettings() }
        if desire.entries.isEmpty {
            fields.refuse(
                "desire", "asks for nothing", "write at least one of \(ShownText.alternatives(Self.wishKeys))")
        }
        return DesiredSettings(
            exposure: desire.oneOf("exposure", ["exposed", "hidden"]).map { $0 == "exposed" },
            startupMemory: desire.bytes("startup-memory", in: 1 << 20...1 << 46),
            dynamicMemory: desire.bool("dynamic-memory"), maximumVCPUs: desire.int("maximum-vcpus", in: 1...8192),
            macSpoofing: desire.oneOf("mac-spoofing", ["allowed", "blocked"]).map { $0 == "allowed" },
            savedState: desire.oneOf("saved-state", ["none"]).map { _ in false },
            hostNesting: desire.oneOf("host-nesting", ["on", "off"]).map { $0 == "on" })
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
