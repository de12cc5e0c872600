package import NestingModel
import NestingPolicy
package import YAMLDocument

/// Policy files: a list `policies` in each, whose names are unique in all of them.
///
/// Reading is strict: unknown keys, blank fields, empty lists, a selector or a wish that says nothing, values without
/// their unit, two policies that contradict each other and paths of hosts that are not enrolled are refused, all at
/// once and each with its place.
package enum PolicyDocument {
    /// - Parameters:
    ///   - others: policies that stay beside the files' own, to be held against them for contradictions.
    ///   - roots: the names of the enrolled physical hosts; nil asks nothing of paths.
    /// - Returns: in the files' order; `place` is `file:line`.
    package static func read(
        _ files: [DocumentText], beside others: [Policy] = [], roots: Set<String>? = nil
    ) throws(YAMLFaults) -> [Policy] {
        let reader = YAMLReader()
        var places: [String: YAMLPlace] = [:]
        var sound: [Policy] = []
        let policies = DocumentText.entries(
            files, under: "policies", allowed: PolicyFields.keys, required: ["name", "select", "desire"], reader
        ) { fields in
            let before = reader.count
            let policy = PolicyFields(fields).policy()
            if let first = places[policy.name], !policy.name.isEmpty {
                fields.refuse("name", "\"\(policy.name)\" is taken at \(first)", "give every policy a name of its own")
            } else {
                places[policy.name] = fields.place("name")
            }
            if let roots {
                for fault in PolicyFault.unknownHosts(in: [policy], roots: roots) {
                    reader.refuse(Self.place(of: "paths", in: fields), fault.sentence, fault.remedy)
                }
            }
            if reader.count == before { sound.append(policy) }
            return policy
        }
        let replaced = Set(sound.map(\.name))
        for fault in PolicyFault.conflicts(in: others.filter { !replaced.contains($0.name) } + sound) {
            guard let place = fault.policies.last.flatMap({ places[$0] }) else { continue }
            reader.refuse(place, fault.sentence, fault.remedy)
        }
        return try reader.finish(policies)
    }

    private static func place(of key: String, in fields: YAMLMapping) -> YAMLPlace {
        fields.node("select")?[key]?.place ?? fields.place("select")
    }
}
