import HumanText
import NestingModel
import YAMLDocument

/// One entry of a policy file.
struct PolicyFields {
    static let keys = ["name", "priority", "select", "desire", "mode", "severity", "disruption"]
    static let selectorKeys = ["all", "paths", "labels", "levels", "guests", "uuids"]
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
            selector: selector(), desired: desired(),
            mode: fields.oneOf("mode", PolicyMode.self, except: [.unknown]) ?? .audit, disruption: disruption(),
            severity: fields.oneOf("severity", Severity.self, except: severities) ?? .medium,
            place: "\(fields.place.file):\(fields.place.line)")
    }

    /// The value of `select`, whose words reports have, too.
    func selector() -> PolicySelector {
        guard let select = fields.mapping("select", allowed: Self.selectorKeys) else { return PolicySelector() }
        let selector = PolicySelector(
            all: select.bool("all") ?? false,
            paths: select.values(
                "paths", expected: "a path of names, as rack7/build-* or rack7/**, with ** as a whole name"
            ) {
                Self.isGlob($0.text) ? $0.text : nil
            } ?? [],
            labels: select.pairs("labels", longest: 256) ?? [:],
            levels: select.values("levels", expected: "a whole number from 0 to 64") {
                guard case .int(let number) = $0.resolved, (0...64).contains(number) else { return nil }
                return Int(number)
            } ?? [],
            guests: select.values("guests", expected: "a guest's name, in which * stands for anything") {
                Self.isName($0.text) ? $0.text : nil
            } ?? [],
            uuids: select.values("uuids", expected: FleetText.uuidRule) { FleetText.uuid($0.text) } ?? [])
        let isEmpty = select.entries.isEmpty || select.entries.map(\.key) == ["all"] && !selector.all
        if isEmpty {
            fields.refuse(
                "select", "selects nothing", "write all: true for every host and guest, or at least one condition")
        } else if selector.all, select.entries.count > 1 {
            select.refuse("all", "stands beside other conditions", "leave all out: the conditions alone decide then")
        }
        return selector
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

    private static func isName(_ text: String) -> Bool {
        NodePath(names: [text]) != nil && !ShownText.isBlank(text) && ShownText.isSafe(text)
    }

    private static func isGlob(_ text: String) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return names.allSatisfy { isName($0) && ($0 == "**" || !$0.contains("**")) }
    }
}
