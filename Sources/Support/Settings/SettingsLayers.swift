import HumanText
import YAMLDocument

/// Reads one layer after the other, the weakest first, and collects what each gets wrong.
struct SettingsLayers {
    private let keys: [String: any DeclaredSetting]
    private let variables: [String: any DeclaredSetting]
    private let sections: Set<String>
    private(set) var resolved: [String: ResolvedSetting] = [:]
    private(set) var faults: [SettingsFault] = []

    init(keys: [any DeclaredSetting]) {
        self.keys = Dictionary(keys.map { ($0.name, $0) }) { first, _ in first }
        variables = Dictionary(keys.map { ($0.environmentName, $0) }) { first, _ in first }
        sections = Set(
            keys.flatMap { key in
                let parts = key.name.split(separator: ".")
                return parts.indices.dropFirst().map { parts[..<$0].joined(separator: ".") }
            })
    }

    mutating func read(_ file: SettingsFile) {
        do throws(YAMLFaults) {
            let limits = YAMLLimits(bytes: SettingsFile.longest, depth: 16, nodes: 10_000)
            let root = try YAMLDocument.parse(file.bytes, file: file.name, limits: limits)
            let reader = YAMLReader()
            // A file in which everything is commented out says nothing, and that is fine.
            if !root.isNull { read(root, section: "", reader) }
            faults += reader.faults.sorted().faults.map(SettingsFault.init)
        } catch {
            faults += error.faults.map(SettingsFault.init)
        }
    }

    private mutating func read(_ node: YAMLNode, section: String, _ reader: YAMLReader) {
        for entry in reader.openMapping(node, section)?.entries ?? [] {
            let name = section.isEmpty ? entry.key : "\(section).\(entry.key)"
            if let key = keys[name] {
                read(entry.value, key, reader)
            } else if sections.contains(name) {
                read(entry.value, section: name, reader)
            } else {
                let hint = NearestName.hint(name, among: Array(keys.keys).sorted() + sections.sorted())
                let known = (Array(keys.keys) + sections).sorted().filter { parent(of: $0) == section }
                let shown = ShownText.escaped(name)
                reader.refuse(
                    entry.keyPlace, "\(shown) is no setting",
                    hint ?? "write \(ShownText.alternatives(known.map { String($0.split(separator: ".").last ?? "") }))"
                )
            }
        }
    }

    private mutating func read(_ node: YAMLNode, _ key: any DeclaredSetting, _ reader: YAMLReader) {
        let raw: RawSetting?
        switch node.content {
        case .scalar(let scalar): raw = node.isNull ? nil : .text(scalar.text)
        case .sequence(let items):
            let texts = items.compactMap { item -> String? in
                if case .scalar(let scalar) = item.content, !item.isNull { scalar.text } else { nil }
            }
            raw = texts.count == items.count ? .list(texts) : nil
        case .mapping: raw = nil
        }
        guard let raw, let setting = key.resolve(raw, from: .file(node.place.description)) else {
            // What is wrong with a secret must not put it into a log.
            let found = key.isSecret ? "\(key.name) is refused" : YAMLReader.found(node, key.name)
            reader.refuse(node.place, found, "write \(key.expected)")
            return
        }
        resolved[key.name] = setting
    }

    mutating func read(environment: [String: String], otherVariables: Set<String>) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Settings.environmentPrefix) && !otherVariables.contains(name) {
            guard let key = variables[name] else {
                let hint = NearestName.hint(name, among: variables.keys.sorted() + otherVariables.sorted())
                let shown = ShownText.escaped(name)
                faults.append(SettingsFault(shown, "the variable is no setting", hint ?? "unset it"))
                continue
            }
            read(value, key, from: .environment(name), place: name)
        }
    }

    mutating func read(flags: [String: String]) {
        for (name, value) in flags.sorted(by: { $0.key < $1.key }) {
            if let key = keys[name] {
                read(value, key, from: .flag, place: SettingSource.flag.description)
            } else {
                let place = SettingSource.flag.description
                faults.append(SettingsFault(place, "\(ShownText.escaped(name)) is no setting", "leave it out"))
            }
        }
    }

    private mutating func read(_ value: String, _ key: any DeclaredSetting, from source: SettingSource, place: String) {
        if let setting = value.isEmpty ? nil : key.resolve(.text(value), from: source) {
            resolved[key.name] = setting
        } else {
            let found = ShownText.isBlank(value) ? "blank" : ShownText.quoted(value)
            faults.append(
                SettingsFault(place, "\(key.name) is \(key.isSecret ? "refused" : found)", "write \(key.expected)"))
        }
    }

    private func parent(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    }
}
