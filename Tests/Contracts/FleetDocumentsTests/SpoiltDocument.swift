import YAMLDocument

extension YAMLValue {
    /// What people write by mistake, and what is just fit or just not.
    private static let values: [YAMLValue] =
        [
            "", " ", "x", "a/b", "a//b", "a**", "**", "*", "a\tb", "\u{2028}", "linux", "LINUX", "exposed", "hidden",
            "none", "present", "on", "audit", "later", "mon", "UTC", "CET", "Etc/GMT+5", "America/Nowhere", "4GiB",
            "0GiB",
            "4 GiB", "4", "60s", "59s", "0s", "366d", "367d", "90x", "2027-01-31T18:00Z", "2027-02-30T18:00Z",
            "2027-13-31T18:00Z", "1969-01-31T18:00Z", "2027-01-31T18:00 Europe/Berlin", "2027-01-31T18:00",
            "2028-02-29", "2027-02-29", "1969-01-01", "22:00", "24:00", "9:00", "true", "7",
            "6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e", "6b3f2c1e",
        ].map { .text($0) }
        + [64, 65, 127, 128, 129, 255, 256, 257, 512, 513, 1_024, 1_025].map {
            .text(String(repeating: "x", count: $0))
        }
        + [128, 256].map { .text(String(repeating: "ü", count: $0)) }
        + [-1, 0, 1, 7, 64, 65, 8_192, 8_193, 1_000_001].map { .int($0) }
        + [.null, .bool(true), .bool(false), .float(1.5), .sequence([]), .mapping([])]

    /// This tree with one thing otherwise: a value, a key too few or one too many, a list that is none.
    /// - Parameter keys: that may be put in where they do not belong.
    func spoilt(_ keys: [String], _ dice: inout some RandomNumberGenerator) -> YAMLValue {
        switch self {
        case .mapping(var pairs) where !pairs.isEmpty && Int.random(in: 0..<6, using: &dice) > 0:
            let number = Int.random(in: 0..<pairs.count, using: &dice)
            switch Int.random(in: 0..<12, using: &dice) {
            case 0: pairs.remove(at: number)
            case 1:
                let key = keys.randomElement(using: &dice) ?? "x"
                if !pairs.contains(where: { $0.key == key }) {
                    pairs.append(YAMLPair(key: key, value: Self.values.randomElement(using: &dice) ?? .null))
                }
            default:
                pairs[number] = YAMLPair(key: pairs[number].key, value: pairs[number].value.spoilt(keys, &dice))
            }
            return .mapping(pairs)
        case .sequence(var items) where !items.isEmpty && Int.random(in: 0..<6, using: &dice) > 0:
            let number = Int.random(in: 0..<items.count, using: &dice)
            items[number] = items[number].spoilt(keys, &dice)
            return .sequence(items)
        default:
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: return .sequence([self])
            case 1: return .sequence([self, self])
            default: return Self.values.randomElement(using: &dice) ?? .null
            }
        }
    }

    /// Every key that stands somewhere in it.
    var keys: [String] {
        switch self {
        case .mapping(let pairs): pairs.flatMap { [$0.key] + $0.value.keys }
        case .sequence(let items): items.flatMap(\.keys)
        default: []
        }
    }
}
