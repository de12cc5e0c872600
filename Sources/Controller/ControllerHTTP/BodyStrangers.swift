import ControllerAPI
import FleetControl
import FoundationEssentials
import HumanText

/// What a body states and the route does not take. A misspelt `expectedRevision` or `rollout` would otherwise be left
/// out in silence, and more would happen than somebody wrote.
enum BodyStrangers {
    /// - Parameters:
    ///   - body: as it came.
    ///   - taken: what was read from it: what it writes again is what was understood. A stated null says nothing, and is
    ///     let be.
    /// - Returns: the places in the body, such as `rollout.canari`, in order.
    static func places(in body: Data, taken: some Encodable) throws -> [String] {
        let stated = try JSONDecoder().decode(JSONTree.self, from: body)
        let understood = try JSONDecoder().decode(JSONTree.self, from: Data(try JSONBody.encoded(taken)))
        return stated.strangers(to: understood, at: "").sorted()
    }

    /// The name that is nearest to the last one in a place.
    static func hint(_ place: String, taken: Any) -> String? {
        NearestName.hint(place.split(separator: ".").last.map(String.init) ?? "", among: names(in: taken))
    }

    private static func names(in value: Any) -> [String] {
        Mirror(reflecting: value).children.flatMap { child in
            [child.label].compactMap(\.self).filter { $0 != "some" && !$0.hasPrefix(".") } + names(in: child.value)
        }
    }
}

extension JSONTree {
    fileprivate func strangers(to known: JSONTree, at place: String) -> [String] {
        switch (self, known) {
        case (.object(let fields), .object(let known)):
            fields.flatMap { name, field -> [String] in
                let here = place.isEmpty ? name : "\(place).\(name)"
                if case .leaf(nil) = field { return [] }
                return known[name].map { field.strangers(to: $0, at: here) } ?? [here]
            }
        case (.list(let items), .list(let known)):
            zip(items, known).enumerated().flatMap { index, pair in
                pair.0.strangers(to: pair.1, at: "\(place).\(index)")
            }
        default: []
        }
    }
}
