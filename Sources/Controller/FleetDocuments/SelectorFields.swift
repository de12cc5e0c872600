import HumanText
import NestingModel
import YAMLDocument

/// The `select` of an entry: which hosts and guests it is about. Policies and maintenance windows have the same words.
enum SelectorFields {
    static let keys = ["all", "paths", "labels", "levels", "guests", "uuids"]

    /// - Parameter fields: of the entry, whose `select` it is.
    static func read(_ fields: YAMLMapping) -> PolicySelector {
        guard let select = fields.mapping("select", allowed: keys) else { return PolicySelector() }
        let selector = PolicySelector(
            all: select.bool("all") ?? false,
            paths: select.values(
                "paths", expected: "a path of names, as rack7/build-* or rack7/**, with ** as a whole name"
            ) {
                isGlob($0.text) ? $0.text : nil
            } ?? [],
            labels: select.pairs("labels", longest: 256) ?? [:],
            levels: select.values("levels", expected: "a whole number from 0 to 64") {
                guard case .int(let number) = $0.resolved, (0...64).contains(number) else { return nil }
                return Int(number)
            } ?? [],
            guests: select.values("guests", expected: "a guest's name, in which * stands for anything") {
                isName($0.text) ? $0.text : nil
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

    private static func isName(_ text: String) -> Bool {
        NodePath(names: [text]) != nil && !ShownText.isBlank(text) && ShownText.isSafe(text)
    }

    private static func isGlob(_ text: String) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return names.allSatisfy { isName($0) && ($0 == "**" || !$0.contains("**")) }
    }
}
