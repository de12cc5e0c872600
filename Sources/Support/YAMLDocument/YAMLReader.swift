import HumanText

/// Reads a tree strictly into values, and collects every fault on the way instead of stopping at the first.
///
/// Every read gives nil where something is missing or refused, so that reading goes on; `finish` throws what was
/// collected, so that a value with gaps never gets out:
/// ```
/// let reader = YAMLReader()
/// guard let top = reader.mapping(root, allowed: ["policies"]) else { try reader.finish([]) }
/// let policies = top.mappings("policies", allowed: ["name", "mode"]).map { fields in
///     Policy(name: fields.requiredString("name"), mode: fields.oneOf("mode", PolicyMode.self) ?? .audit)
/// }
/// return try reader.finish(policies)
/// ```
package final class YAMLReader {
    package private(set) var faults = YAMLFaults()

    package init() {}

    /// The fields of a node that has to be a mapping; nil, with a fault, where it is none.
    /// - Parameters:
    ///   - name: how faults call the node, `policies[2]`; empty for the file's root.
    ///   - allowed: every key that the mapping may have; others are faults.
    ///   - required: those that it must have.
    package func mapping(
        _ node: YAMLNode, _ name: String = "", allowed: [String], required: [String] = []
    ) -> YAMLMapping? {
        guard let mapping = openMapping(node, name) else { return nil }
        for entry in mapping.entries where !allowed.contains(entry.key) {
            let sentence = "\(mapping.name(of: entry.key)) is not known here"
            let hint = faults.more == 0 ? NearestName.hint(entry.key, among: allowed) : nil
            refuse(entry.keyPlace, sentence, hint ?? "write \(ShownText.alternatives(allowed.sorted()))")
        }
        for key in required where mapping.node(key) == nil { mapping.missing(key) }
        return mapping
    }

    /// The fields of a mapping whose keys are names of the author's choice.
    package func openMapping(_ node: YAMLNode, _ name: String = "") -> YAMLMapping? {
        guard case .mapping(let entries) = node.content else {
            refuse(
                node.place, Self.found(node, name.isEmpty ? "the file" : name), "write keys and values, as key: value")
            return nil
        }
        return YAMLMapping(reader: self, path: name, place: node.place, entries: entries)
    }

    /// Adds a fault that the caller found.
    package func refuse(_ place: YAMLPlace, _ sentence: String, _ remedy: String) {
        faults.add(YAMLFault(at: place, sentence, remedy))
    }

    /// `value`, unless something was refused.
    package func finish<Value>(_ value: Value) throws(YAMLFaults) -> Value {
        guard faults.isEmpty else { throw faults.sorted() }
        return value
    }

    /// How a fault says what stands there: `mode is "enforc"`, `mode is a list`, `mode is blank`.
    package static func found(_ node: YAMLNode, _ name: String) -> String {
        guard case .scalar(let scalar) = node.content else { return "\(name) is a \(node.content.kind)" }
        if node.isNull || ShownText.isBlank(scalar.text) { return "\(name) is blank" }
        return "\(name) is \(ShownText.quoted(scalar.text))"
    }
}
