import HumanText

/// The fields of one mapping under a `YAMLReader`. A read of a key that is not there gives nil without a fault; a read
/// of what is blank or does not fit gives nil with one, which says place, value found and values allowed.
package struct YAMLMapping {
    package let reader: YAMLReader
    /// How faults call the mapping, `policies[2]`; empty for the file's root.
    package let path: String
    package let place: YAMLPlace
    package let entries: [YAMLEntry]

    package func node(_ key: String) -> YAMLNode? {
        entries.first { $0.key == key }?.value
    }

    /// Where a key's value stands; the mapping's own place where there is none.
    package func place(_ key: String) -> YAMLPlace {
        node(key)?.place ?? place
    }

    /// Adds a fault about a key's value that the caller found.
    package func refuse(_ key: String, _ sentence: String, _ remedy: String) {
        reader.refuse(place(key), "\(name(of: key)) \(sentence)", remedy)
    }

    /// Adds the fault that a key is not there.
    package func missing(_ key: String, _ remedy: String? = nil) {
        reader.refuse(place, "\(name(of: key)) is missing", remedy ?? "add it")
    }

    func name(of key: String) -> String {
        let shown = ShownText.escaped(key, limit: 60)
        return path.isEmpty ? shown : "\(path).\(shown)"
    }

    // MARK: one value

    /// A value of the caller's own kind.
    /// - Parameters:
    ///   - expected: what may be written, as the remedy "write …" says it.
    ///   - because: what is wrong with a value that was refused, `has no zone`; empty where `expected` says it all. It
    ///     is asked for after `parse`.
    ///   - parse: gives nil for what is refused.
    package func value<Value>(
        _ key: String, expected: @autoclosure () -> String, because reason: @autoclosure () -> String = "",
        _ parse: (YAMLScalar) -> Value?
    ) -> Value? {
        node(key).flatMap { read($0, name(of: key), expected(), reason(), parse) }
    }

    /// Text in one line: as written, also where it looks like a number.
    /// - Parameter longest: in characters (Unicode scalars).
    package func string(_ key: String, longest: Int = 1024) -> String? {
        value(key, expected: Self.textRule(longest)) { Self.text($0, longest) }
    }

    /// Text that has to be there; the empty text that it gives after a fault never gets past `finish`.
    package func requiredString(_ key: String, longest: Int = 1024) -> String {
        if node(key) == nil { missing(key) }
        return string(key, longest: longest) ?? ""
    }

    package func int(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { scalar in
            guard case .int(let number) = scalar.resolved, let int = Int(exactly: number) else { return nil }
            return range.contains(int) ? int : nil
        }
    }

    package func bool(_ key: String) -> Bool? {
        value(key, expected: "true or false, without quotes") { scalar in
            if case .bool(let value) = scalar.resolved { value } else { nil }
        }
    }

    /// A size in bytes, `4GiB`; a number without a unit is refused.
    package func bytes(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        func bounds() -> String { "from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))" }
        return value(key, expected: "a whole number with its unit, as 4GiB or 512MiB, \(bounds())") { scalar in
            ByteSize.parse(scalar.text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A length of time, `90s`; a number without a unit is refused.
    package func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        func bounds() -> String {
            "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        }
        return value(key, expected: "a whole number with its unit, as 90s, 5m, 1h or 7d, \(bounds())") { scalar in
            DurationText.parse(scalar.text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    package func oneOf(_ key: String, _ words: [String]) -> String? {
        var expected = ShownText.alternatives(words)
        if let node = node(key), case .scalar(let scalar) = node.content, !words.contains(scalar.text),
            let hint = NearestName.hint(scalar.text, among: words)
        {
            expected += ": \(hint)"
        }
        return value(key, expected: expected) { words.contains($0.text) ? $0.text : nil }
    }

    /// A case of an enumeration by its name; `except` are those that a file may not name, `.unknown` for one.
    package func oneOf<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ type: Value.Type, except: [Value] = []
    ) -> Value? {
        let refused = except.map(\.rawValue)
        return oneOf(key, type.allCases.map(\.rawValue).filter { !refused.contains($0) }).flatMap(Value.init)
    }

    // MARK: several values

    /// A list of values of the caller's own kind; those that are refused are left out. An empty list is a fault.
    package func values<Value>(
        _ key: String, expected: @autoclosure () -> String, _ parse: (YAMLScalar) -> Value?
    ) -> [Value]? {
        guard let items = list(key) else { return nil }
        return items.enumerated().compactMap { index, item in
            read(item, "\(name(of: key))[\(index)]", expected(), "", parse)
        }
    }

    package func strings(_ key: String, longest: Int = 1024) -> [String]? {
        values(key, expected: Self.textRule(longest)) { Self.text($0, longest) }
    }

    /// A mapping of names to texts, as labels are.
    package func pairs(_ key: String, longest: Int = 1024) -> [String: String]? {
        guard let node = node(key), let fields = reader.openMapping(node, name(of: key)) else { return nil }
        return fields.entries.reduce(into: [:]) { pairs, entry in
            guard fields.isName(entry) else { return }
            pairs[entry.key] = read(entry.value, fields.name(of: entry.key), Self.textRule(longest)) {
                Self.text($0, longest)
            }
        }
    }

    package func mapping(_ key: String, allowed: [String], required: [String] = []) -> YAMLMapping? {
        node(key).flatMap { reader.mapping($0, name(of: key), allowed: allowed, required: required) }
    }

    /// A list of mappings, each with the same keys.
    /// - Parameter mayBeEmpty: whether `[]` is an answer; else it is a fault.
    package func mappings(
        _ key: String, allowed: [String], required: [String] = [], mayBeEmpty: Bool = false
    ) -> [YAMLMapping] {
        (list(key, mayBeEmpty: mayBeEmpty) ?? []).enumerated().compactMap { index, item in
            reader.mapping(item, "\(name(of: key))[\(index)]", allowed: allowed, required: required)
        }
    }

    /// A mapping of names of the author's choice to mappings, each with the same keys, in the file's order.
    package func namedMappings(
        _ key: String, allowed: [String], required: [String] = []
    ) -> [(name: String, fields: YAMLMapping)] {
        guard let node = node(key), let named = reader.openMapping(node, name(of: key)) else { return [] }
        return named.entries.compactMap { entry in
            guard named.isName(entry) else { return nil }
            return reader.mapping(entry.value, named.name(of: entry.key), allowed: allowed, required: required)
                .map { (entry.key, $0) }
        }
    }

    // MARK: rules

    private func list(_ key: String, mayBeEmpty: Bool = false) -> [YAMLNode]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let items) = node.content else {
            reader.refuse(node.place, YAMLReader.found(node, name(of: key)), "write a list, each value behind \"- \"")
            return nil
        }
        guard mayBeEmpty || !items.isEmpty else {
            refuse(key, "is an empty list", "write its values, or leave the key out")
            return nil
        }
        return items
    }

    /// The name and what is expected are only made when there is a fault: files can have a million values.
    private func read<Value>(
        _ node: YAMLNode, _ name: @autoclosure () -> String, _ expected: @autoclosure () -> String,
        _ reason: @autoclosure () -> String = "", _ parse: (YAMLScalar) -> Value?
    ) -> Value? {
        if case .scalar(let scalar) = node.content, !node.isNull, let value = parse(scalar) { return value }
        let why = reason()
        reader.refuse(
            node.place, YAMLReader.found(node, name()) + (why.isEmpty ? "" : ", which \(why)"), "write \(expected())")
        return nil
    }

    /// Whether a key of the author's choice is fit to be a name.
    private func isName(_ entry: YAMLEntry) -> Bool {
        let isFit = Self.text(YAMLScalar(text: entry.key, wasQuoted: true), 256) != nil
        if !isFit {
            let sentence = "\(path) has the name \(ShownText.quoted(entry.key))"
            reader.refuse(entry.keyPlace, sentence, "write \(Self.textRule(256))")
        }
        return isFit
    }

    private static func textRule(_ longest: Int) -> String {
        "text of at most \(longest) characters in one line"
    }

    private static func text(_ scalar: YAMLScalar, _ longest: Int) -> String? {
        let text = scalar.text
        guard text.utf8.count <= longest || text.unicodeScalars.count <= longest else { return nil }
        return ShownText.isSafe(text) && !ShownText.isBlank(text) ? text : nil
    }
}
