package import YAMLDocument

/// A file as somebody sent it.
package struct DocumentText: Sendable, Hashable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// The entries of one list in every file, with the faults of all of them in one reader.
    /// - Parameter body: reads one entry; one with faults may give anything, since it never gets past `finish`.
    package static func entries<Entry>(
        _ files: [DocumentText], under key: String, allowed: [String], required: [String], _ reader: YAMLReader,
        _ body: (YAMLMapping) -> Entry?
    ) -> [Entry] {
        files.flatMap { file -> [Entry] in
            do throws(YAMLFaults) {
                let root = try YAMLDocument.parse(file.text, file: file.name)
                guard let top = reader.mapping(root, allowed: [key], required: [key]) else { return [] }
                // Written out, so that nobody prunes by a blank file: `[]` is what an export of nothing says.
                return top.mappings(key, allowed: allowed, required: required, mayBeEmpty: true).compactMap(body)
            } catch {
                for fault in error.faults { reader.refuse(fault.place, fault.sentence, fault.remedy) }
                return []
            }
        }
    }
}

extension YAMLReader {
    /// How many faults there are so far.
    var count: Int { faults.faults.count + faults.more }
}
