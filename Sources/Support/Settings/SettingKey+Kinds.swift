import HumanText

extension SettingKey where Value == String {
    /// Text in one line.
    package static func text(_ name: String, default value: String, help: String, isSecret: Bool = false) -> Self {
        Self(
            name, expected: "text in one line", default: value, help: help, isSecret: isSecret,
            parse: { $0.text.flatMap(line) }, show: { $0 })
    }

    /// A path from the root.
    package static func path(_ name: String, default value: String, help: String) -> Self {
        Self(name, expected: pathRule, default: value, help: help, parse: absolutePath, show: { $0 })
    }
}

extension SettingKey where Value == String? {
    /// Text in one line, or nothing.
    package static func optionalText(_ name: String, help: String, isSecret: Bool = false) -> Self {
        Self(
            name, expected: "text in one line", default: nil, help: help, isSecret: isSecret,
            parse: { raw in raw.text.flatMap(line).map { .some($0) } }, show: { $0 ?? "" })
    }

    /// A path from the root, or nothing.
    package static func optionalPath(_ name: String, help: String) -> Self {
        Self(
            name, expected: pathRule, default: nil, help: help, parse: { raw in absolutePath(raw).map { .some($0) } },
            show: { $0 ?? "" })
    }
}

extension SettingKey where Value == Int {
    package static func int(_ name: String, in range: ClosedRange<Int>, default value: Int, help: String) -> Self {
        Self(
            name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", default: value,
            help: help,
            parse: { $0.text.flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil } }, show: { "\($0)" })
    }
}

extension SettingKey where Value == Bool {
    package static func bool(_ name: String, default value: Bool, help: String) -> Self {
        Self(
            name, expected: "true or false", default: value, help: help, parse: { $0.text.flatMap { Bool($0) } },
            show: { "\($0)" })
    }
}

extension SettingKey where Value == Int64 {
    /// A size in bytes with its unit, `4GiB`.
    package static func bytes(
        _ name: String, in range: ClosedRange<Int64>, default value: Int64, help: String
    ) -> Self {
        let bounds = "from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
        return Self(
            name, expected: "a whole number with its unit, as 4GiB or 512MiB, \(bounds)", default: value, help: help,
            parse: { $0.text.flatMap(ByteSize.parse).flatMap { range.contains($0) ? $0 : nil } }, show: ByteSize.text)
    }
}

extension SettingKey where Value == Duration {
    /// A length of time with its unit, `90s`.
    package static func duration(
        _ name: String, in range: ClosedRange<Duration>, default value: Duration, help: String
    ) -> Self {
        let bounds = "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        return Self(
            name, expected: "a whole number with its unit, as 90s, 5m, 1h or 7d, \(bounds)", default: value, help: help,
            parse: { $0.text.flatMap(DurationText.parse).flatMap { range.contains($0) ? $0 : nil } },
            show: DurationText.text)
    }
}

extension SettingKey where Value == [String] {
    /// A list of texts; in a flag or a variable separated by commas.
    package static func list(_ name: String, default value: [String] = [], help: String) -> Self {
        Self(
            name, expected: "a list of texts, each in one line", default: value, help: help,
            parse: { raw in
                let lines = raw.list.map(line)
                return lines.contains(nil) ? nil : lines.compactMap { $0 }
            }, show: { $0.joined(separator: ", ") })
    }
}

extension SettingKey where Value: RawRepresentable<String> & CaseIterable {
    /// A case of an enumeration by its name.
    package static func oneOf(_ name: String, default value: Value, help: String) -> Self {
        let words = ShownText.alternatives(Value.allCases.map(\.rawValue))
        return Self(
            name, expected: words, default: value, help: help, parse: { $0.text.flatMap(Value.init) },
            show: { $0.rawValue })
    }
}

private let pathRule = "a path that begins with /"

/// Text that is not blank and has no control characters.
@Sendable private func line(_ text: String) -> String? {
    ShownText.isSafe(text) && !ShownText.isBlank(text) ? text : nil
}

@Sendable private func absolutePath(_ raw: RawSetting) -> String? {
    raw.text.flatMap(line).flatMap { $0.hasPrefix("/") ? $0 : nil }
}
