import NestingModel

extension Setting {
    /// A value of this setting, as tables show it.
    func shown(_ value: SettingValue) -> String {
        switch (self, value) {
        case (.exposure, .flag(let flag)): Self.exposed(flag)
        case (.macSpoofing, .flag(let flag)): flag ? "allowed" : "blocked"
        case (.savedState, .flag(let flag)), (.snapshots, .flag(let flag)): flag ? "present" : "none"
        case (_, .flag(let flag)): Self.on(flag)
        case (_, .bytes(let bytes)): "at least \(Self.size(bytes))"
        case (_, .count(let count)): "at least \(count)"
        }
    }

    /// The same, where it is one value and not the least of many.
    func exactly(_ value: SettingValue) -> String {
        switch value {
        case .flag: shown(value)
        case .bytes(let bytes): Self.size(bytes)
        case .count(let count): "\(count)"
        }
    }

    static func on(_ flag: Bool) -> String { flag ? "on" : "off" }

    static func exposed(_ flag: Bool) -> String { flag ? "exposed" : "hidden" }

    /// Bytes in the largest binary unit that keeps them exact to a tenth: `1.5 GiB`.
    static func size(_ bytes: Int64) -> String {
        let units: [(name: String, size: Int64)] = [
            ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ]
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) B" }
        let tenths = bytes / unit.size * 10 + bytes % unit.size * 10 / unit.size
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit.name)" : "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
