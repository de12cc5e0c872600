package import NestingModel
import NestingPolicy
package import YAMLDocument

/// Policy files: a list `policies` or a list `exemptions` in each, or both; names are unique in all files, those of
/// policies and those of exemptions each for themselves.
///
/// Reading is strict: unknown keys, blank fields, empty lists, a selector or a wish that says nothing, values without
/// their unit, times without their zone, two policies that contradict each other and paths of hosts that are not
/// enrolled are refused, all at once and each with its place.
package enum PolicyDocument {
    static let lists = ["policies", "exemptions"]

    /// - Parameters:
    ///   - others: policies that stay beside the files' own, to be held against them for contradictions.
    ///   - roots: the names of the enrolled physical hosts; nil asks nothing of paths.
    ///   - bounds: for the ends of exemptions; nil asks nothing of them.
    /// - Returns: in the files' order; `place` is `file:line`.
    package static func read(
        _ files: [DocumentText], beside others: [Policy] = [], roots: Set<String>? = nil,
        exemptions bounds: ExemptionBounds? = nil
    ) throws(YAMLFaults) -> PolicyBook {
        let reader = YAMLReader()
        var names = PlacesOfNames()
        var book = PolicyBook()
        var sound: [Policy] = []
        for file in files {
            guard let top = top(of: file, reader) else { continue }
            if top.entries.isEmpty || !top.entries.contains(where: { lists.contains($0.key) }) {
                top.missing("policies", "write a list policies, a list exemptions, or both")
            }
            // Written out, so that nobody prunes by a blank file: `[]` is what an export of nothing says.
            let policies = top.mappings(
                "policies", allowed: PolicyFields.keys, required: PolicyFields.required, mayBeEmpty: true)
            for fields in policies {
                let before = reader.count
                let policy = PolicyFields(fields).policy()
                names.take(policy.name, "policy", in: fields)
                check(PolicyBook(policies: [policy]), fields, roots)
                if reader.count == before { sound.append(policy) }
                book.policies.append(policy)
            }
            let exemptions = top.mappings(
                "exemptions", allowed: ExemptionFields.keys, required: ExemptionFields.required, mayBeEmpty: true)
            for fields in exemptions {
                let exemption = ExemptionFields(fields, bounds).exemption()
                names.take(exemption.name, "exemption", in: fields)
                check(PolicyBook(exemptions: [exemption]), fields, roots)
                book.exemptions.append(exemption)
            }
        }
        let replaced = Set(sound.map(\.name))
        for fault in PolicyFault.conflicts(in: others.filter { !replaced.contains($0.name) } + sound) {
            guard let place = fault.policies.last.flatMap({ names.place("policy", $0) }) else { continue }
            reader.refuse(place, fault.sentence, fault.remedy)
        }
        return try reader.finish(book)
    }

    private static func top(of file: DocumentText, _ reader: YAMLReader) -> YAMLMapping? {
        do throws(YAMLFaults) {
            return reader.mapping(try YAMLDocument.parse(file.text, file: file.name), allowed: lists)
        } catch {
            for fault in error.faults { reader.refuse(fault.place, fault.sentence, fault.remedy) }
            return nil
        }
    }

    private static func check(_ book: PolicyBook, _ fields: YAMLMapping, _ roots: Set<String>?) {
        guard let roots else { return }
        let faults = PolicyFault.unknownHosts(in: book, roots: roots)
        guard !faults.isEmpty else { return }
        var paths = fields.entries.flatMap { Self.paths(in: $0.value) }
        for fault in faults {
            let place = paths.firstIndex { $0.text == fault.path }.map { paths.remove(at: $0).place }
            fields.reader.refuse(place ?? fields.place("select"), fault.sentence, fault.remedy)
        }
    }

    /// Every path of every selector below a node: what is selected, left out, and where other modes hold.
    private static func paths(in node: YAMLNode) -> [(text: String, place: YAMLPlace)] {
        switch node.content {
        case .scalar: []
        case .sequence(let items): items.flatMap(paths)
        case .mapping(let entries):
            entries.flatMap { entry -> [(text: String, place: YAMLPlace)] in
                guard entry.key == "paths", case .sequence(let items) = entry.value.content else {
                    return paths(in: entry.value)
                }
                return items.compactMap { item in
                    guard case .scalar(let scalar) = item.content else { return nil }
                    return (scalar.text, item.place)
                }
            }
        }
    }
}

/// Where each name was first.
private struct PlacesOfNames {
    private var places: [String: YAMLPlace] = [:]

    mutating func take(_ name: String, _ kind: String, in fields: YAMLMapping) {
        if let first = place(kind, name), !name.isEmpty {
            fields.refuse("name", "\"\(name)\" is taken at \(first)", "give every \(kind) a name of its own")
        } else {
            places["\(kind) \(name)"] = fields.place("name")
        }
    }

    func place(_ kind: String, _ name: String) -> YAMLPlace? { places["\(kind) \(name)"] }
}
