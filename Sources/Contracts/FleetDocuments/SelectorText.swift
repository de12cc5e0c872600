package import NestingModel
package import YAMLDocument

/// A selector by itself, in the words of files, as somebody types it: `{labels: {rack: r7}, guests: ["build-*"]}`, with
/// the outer braces or without.
package enum SelectorText {
    package static func read(_ text: String, name: String) throws(YAMLFaults) -> PolicySelector {
        let reader = YAMLReader()
        let root = try YAMLDocument.parse("select:\n  \(text)\n", file: name)
        let selector = reader.mapping(root, allowed: ["select"], required: ["select"]).map { SelectorFields.read($0) }
        return try reader.finish(selector ?? PolicySelector())
    }
}
