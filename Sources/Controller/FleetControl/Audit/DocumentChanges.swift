import FoundationEssentials

/// What differs between two documents, one sentence for each place, `mode propose → enforce`: whatever fields they have.
enum DocumentChanges {
    /// - Parameters:
    ///   - before: nil where it is new.
    ///   - after: nil where it is gone.
    ///   - passing: places that say nothing, such as the file that it came from.
    static func sentences<Document: Encodable>(
        from before: Document?, to after: Document?, passing: Set<String> = []
    ) -> [String] {
        let (old, new) = (places(before), places(after))
        return Set(old.keys).union(new.keys).subtracting(passing).sorted().compactMap { place in
            old[place] == new[place] ? nil : "\(place) \(old[place] ?? "-") → \(new[place] ?? "-")"
        }
    }

    /// For one audit record: bounded, since it is kept for ever.
    static func joined(_ sentences: [String], limit: Int = 6_000) -> String {
        var text = ""
        for (index, sentence) in sentences.enumerated() {
            guard text.utf8.count + sentence.utf8.count <= limit else {
                return text + "; and \(sentences.count - index) more"
            }
            text += (text.isEmpty ? "" : "; ") + sentence
        }
        return text
    }

    private static func places<Document: Encodable>(_ document: Document?) -> [String: String] {
        guard let document else { return [:] }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        guard let data = try? encoder.encode(document), let tree = try? JSONDecoder().decode(JSONTree.self, from: data)
        else { return [:] }
        var places: [String: String] = [:]
        tree.collect(into: &places, at: "")
        return places
    }
}

extension JSONTree {
    fileprivate func collect(into places: inout [String: String], at place: String) {
        guard case .object(let fields) = self else {
            places[place] = text
            return
        }
        for (name, field) in fields { field.collect(into: &places, at: place.isEmpty ? name : "\(place).\(name)") }
    }

    private var text: String {
        switch self {
        case .leaf(let text): text.map { printable($0) } ?? "none"
        case .list(let items): "[\(items.map(\.text).joined(separator: ", "))]"
        case .object(let fields):
            "{\(fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", "))}"
        }
    }
}
