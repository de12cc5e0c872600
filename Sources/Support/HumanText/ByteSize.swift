/// Sizes of memory as people write them: a whole number and its unit, `4GiB`, `512 MiB`.
package enum ByteSize {
    /// The units, by name, in bytes. Decimal ones count in thousands, as their names say.
    package static let units: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ]

    /// The bytes that `text` says; nil for anything but digits and a unit, and for what does not fit.
    package static func parse(_ text: String) -> Int64? {
        guard let (number, unit) = Quantity.split(text),
            let factor = units.first(where: { $0.name == unit })?.bytes
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// The largest binary unit in which `bytes` is a whole number: `4GiB`, `1536MiB`. `parse` reads it back.
    package static func text(_ bytes: Int64) -> String {
        let unit = units.prefix(4).first { bytes != 0 && bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }
}

/// A whole number followed by a unit.
enum Quantity {
    /// Nil unless `text` is digits, at most one space, and letters.
    static func split(_ text: String) -> (number: Int64, unit: String)? {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, digits.count <= 19, let number = Int64(String(Substring(digits))) else { return nil }
        var rest = Substring(text.utf8.dropFirst(digits.count))
        if rest.first == " " { rest = rest.dropFirst() }
        return (number, String(rest))
    }
}
