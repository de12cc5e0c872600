import HumanText
package import NestingModel
package import YAMLDocument

/// The words by which policies, modes, exemptions and reports say which nodes they are about.
package enum SelectorFields {
    static let conditions = ["paths", "hosts", "labels", "platforms", "levels", "guests", "uuids", "not"]
    static let keys = ["all"] + conditions
    static let labelTests = ["in", "not-in", "exists"]
    /// How deep `not` may stand inside `not`.
    private static let deepest = 4

    /// - Parameters:
    ///   - fields: the mapping that has the selector.
    ///   - key: under which.
    package static func read(_ fields: YAMLMapping, _ key: String = "select") -> PolicySelector {
        guard let select = fields.mapping(key, allowed: keys) else { return PolicySelector() }
        let all = select.bool("all") ?? false
        var selector = conditions(select, depth: 0)
        selector.all = all
        let isEmpty = select.entries.isEmpty || select.entries.map(\.key) == ["all"] && !all
        if isEmpty {
            fields.refuse(
                key, "selects nothing", "write all: true for every host and guest, or at least one condition")
        } else if all, select.entries.count > 1 {
            select.refuse("all", "stands beside other conditions", "leave all out: the conditions alone decide then")
        }
        return selector
    }

    private static func conditions(_ select: YAMLMapping, depth: Int) -> PolicySelector {
        let (labels, rules) = labels(select)
        return PolicySelector(
            paths: globs(select, "paths", as: "rack7/build-* or rack7/**"),
            hosts: globs(select, "hosts", as: "rack7 or rack*/build-*"), labels: labels, labelRules: rules,
            platforms: select.values("platforms", expected: "a platform, as linux or linux-x86_64") {
                isPlatform($0.text) ? PlatformWord($0.text) : nil
            } ?? [],
            levels: select.values("levels", expected: "a whole number from 0 to 64") {
                guard case .int(let number) = $0.resolved, (0...64).contains(number) else { return nil }
                return Int(number)
            } ?? [],
            guests: select.values("guests", expected: "a guest's name, in which * stands for anything") {
                isGuestName($0.text) ? $0.text : nil
            } ?? [],
            uuids: select.values("uuids", expected: FleetText.uuidRule) { FleetText.uuid($0.text) } ?? [],
            not: exclusions(select, depth: depth))
    }

    private static func globs(_ select: YAMLMapping, _ key: String, as examples: String) -> [String] {
        select.values(key, expected: "a path of names, as \(examples), with ** as a whole name") {
            isGlob($0.text) ? $0.text : nil
        } ?? []
    }

    /// One mapping, or a list of them: whatever meets all conditions of one is left out.
    private static func exclusions(_ select: YAMLMapping, depth: Int) -> [PolicySelector] {
        guard let node = select.node("not") else { return [] }
        guard depth < deepest else {
            select.refuse("not", "stands \(depth + 1) deep", "say the same with \(deepest) at most")
            return []
        }
        let mappings: [YAMLMapping]
        if case .sequence = node.content {
            mappings = select.mappings("not", allowed: conditions)
        } else {
            mappings = select.mapping("not", allowed: conditions).map { [$0] } ?? []
        }
        return mappings.map { fields in
            if fields.entries.isEmpty {
                fields.reader.refuse(
                    fields.place, "\(fields.path) leaves nothing out",
                    "write at least one of \(ShownText.alternatives(conditions)), or leave not out")
            }
            return conditions(fields, depth: depth + 1)
        }
    }

    private static func labels(_ select: YAMLMapping) -> (equal: [String: String], rules: [LabelRule]) {
        guard let node = select.node("labels") else { return ([:], []) }
        guard let fields = select.reader.openMapping(node, "\(select.path).labels") else { return ([:], []) }
        if fields.entries.isEmpty {
            select.refuse("labels", "names no label", "write at least one, or leave labels out")
        }
        var equal: [String: String] = [:]
        var rules: [LabelRule] = []
        for entry in fields.entries {
            let label = entry.key
            guard !ShownText.isBlank(label), ShownText.isSafe(label), label.utf8.count <= 256 else {
                fields.reader.refuse(
                    entry.keyPlace, "\(fields.path) has the name \(ShownText.quoted(label))",
                    "write a label's name of at most 256 characters in one line")
                continue
            }
            guard case .mapping = entry.value.content else {
                equal[label] = fields.string(label, longest: 256)
                continue
            }
            guard let tests = fields.mapping(label, allowed: labelTests) else { continue }
            if tests.entries.isEmpty {
                fields.refuse(label, "asks nothing", "write in, not-in or exists, or the label's text")
            }
            if let values = tests.strings("in", longest: 256) { rules.append(LabelRule(label, .isOneOf, values)) }
            if let values = tests.strings("not-in", longest: 256) { rules.append(LabelRule(label, .isNoneOf, values)) }
            if let exists = tests.bool("exists") { rules.append(LabelRule(label, exists ? .exists : .isMissing)) }
        }
        // By label, so that the same rules are the same text when they are written.
        return (
            equal,
            rules.enumerated().sorted { ($0.element.label, $0.offset) < ($1.element.label, $1.offset) }.map(\.element)
        )
    }

    private static func isName(_ text: String) -> Bool {
        NodePath(names: [text]) != nil && !ShownText.isBlank(text) && ShownText.isSafe(text)
    }

    /// A guest's own name may hold a slash, which is no border there.
    private static func isGuestName(_ text: String) -> Bool {
        text.utf8.count <= 255 && !ShownText.isBlank(text) && ShownText.isSafe(text)
    }

    private static func isGlob(_ text: String) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return names.allSatisfy { isName($0) && ($0 == "**" || !$0.contains("**")) }
    }

    private static func isPlatform(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { byte in
                switch Unicode.Scalar(byte) {
                case "a"..."z", "0"..."9", "-", "_": true
                default: false
                }
            }
    }
}
