import HumanText

/// One setting of a program: its name, what it may be, what it is when nobody says, and what it is for. A program
/// declares all of its keys in one table and reads each with `settings[key]`.
package struct SettingKey<Value: Sendable>: DeclaredSetting {
    /// As in the file, sections joined by dots: `api.socket`.
    package let name: String
    package let help: String
    package let defaultValue: Value
    /// What may be written, as a fault's remedy says it: `write …`.
    package let expected: String
    /// Whether `explain` hides the value.
    package let isSecret: Bool
    let parse: @Sendable (RawSetting) -> Value?
    let show: @Sendable (Value) -> String

    /// A key of the caller's own kind; `parse` gives nil for what is refused.
    package init(
        _ name: String, expected: String, default defaultValue: Value, help: String, isSecret: Bool = false,
        parse: @escaping @Sendable (RawSetting) -> Value?, show: @escaping @Sendable (Value) -> String
    ) {
        (self.name, self.expected, self.help, self.defaultValue) = (name, expected, help, defaultValue)
        (self.isSecret, self.parse, self.show) = (isSecret, parse, show)
    }

    package func resolve(_ raw: RawSetting, from source: SettingSource) -> ResolvedSetting? {
        parse(raw).map { ResolvedSetting(value: $0, shown: show($0), source: source) }
    }

    package var byDefault: ResolvedSetting {
        ResolvedSetting(value: defaultValue, shown: show(defaultValue), source: .default)
    }
}

/// A key of any kind, for the table.
package protocol DeclaredSetting: Sendable {
    var name: String { get }
    var help: String { get }
    var expected: String { get }
    var isSecret: Bool { get }
    var byDefault: ResolvedSetting { get }
    /// Nil where the key refuses the value.
    func resolve(_ raw: RawSetting, from source: SettingSource) -> ResolvedSetting?
}

extension DeclaredSetting {
    /// `api.socket` is set by `NESTOR_API_SOCKET`.
    package var environmentName: String {
        Settings.environmentPrefix + name.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// A value as a layer gives it, before its key reads it.
package enum RawSetting: Sendable, Hashable {
    /// From a flag or a variable, or a scalar of the file. Never blank.
    case text(String)
    /// A list of the file.
    case list([String])

    /// The text, but nil for a list.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The list, or what a text says separated by commas.
    package var list: [String] {
        switch self {
        case .list(let items): items
        case .text(let text): text.split(separator: ",").map { String($0.trimmingSpaces) }
        }
    }
}

/// A setting's value, and who says so.
package struct ResolvedSetting: Sendable {
    package let value: any Sendable
    /// As `explain` shows it.
    package let shown: String
    package let source: SettingSource
}

/// The layers, the strongest first.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case flag
    /// The variable's name.
    case environment(String)
    /// `nestord.yaml:3:9`
    case file(String)
    case `default`

    package var description: String {
        switch self {
        case .flag: "command line"
        case .environment(let name): "environment \(name)"
        case .file(let place): place
        case .default: "default"
        }
    }
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var trimmingSpaces: Substring {
        let start = drop { $0 == " " }
        return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
    }
}
