/// A program's settings: every key of its table has a value that its kind allows, and knows who said so.
package struct Settings: Sendable {
    /// What every variable's name begins with.
    package static let environmentPrefix = "NESTOR_"

    private let keys: [any DeclaredSetting]
    private let resolved: [String: ResolvedSetting]

    /// Reads the layers: a flag wins over a variable, a variable over the file, the file over the default. Every layer
    /// is checked whole, also where a stronger one hides it.
    /// - Parameters:
    ///   - flags: values by the key's name.
    ///   - otherVariables: variables with our prefix that are no settings, `NESTOR_CONFIG` for one.
    package static func load(
        file: SettingsFile?, environment: [String: String], flags: [String: String], keys: [any DeclaredSetting],
        otherVariables: Set<String> = []
    ) throws(SettingsFaults) -> Settings {
        var layers = SettingsLayers(keys: keys)
        if let file { layers.read(file) }
        layers.read(environment: environment, otherVariables: otherVariables)
        layers.read(flags: flags)
        guard layers.faults.isEmpty else { throw SettingsFaults(layers.faults) }
        return Settings(keys: keys, resolved: layers.resolved)
    }

    /// A key's value; its default where the key is not in the table.
    package subscript<Value>(key: SettingKey<Value>) -> Value {
        resolved[key.name]?.value as? Value ?? key.defaultValue
    }

    package func source(of key: any DeclaredSetting) -> SettingSource {
        resolved[key.name]?.source ?? .default
    }

    /// Every key in the table's order: what `config explain` prints.
    package func explain() -> [SettingExplanation] {
        keys.map { key in
            let setting = resolved[key.name] ?? key.byDefault
            let shown = key.isSecret && !setting.shown.isEmpty ? "(hidden)" : setting.shown
            return SettingExplanation(
                key: key.name, value: shown, source: setting.source, environmentName: key.environmentName,
                help: key.help)
        }
    }
}

/// One row of `config explain`.
package struct SettingExplanation: Sendable, Hashable {
    package let key: String
    /// Empty where nothing is set.
    package let value: String
    package let source: SettingSource
    package let environmentName: String
    package let help: String
}
