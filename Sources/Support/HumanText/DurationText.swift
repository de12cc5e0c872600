/// Lengths of time as people write them: a whole number and its unit, `90s`, `5m`, `1h`.
package enum DurationText {
    /// The units, by name, in milliseconds.
    package static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The length that `text` says; nil for anything but digits and a unit, and for what does not fit.
    package static func parse(_ text: String) -> Duration? {
        guard let (number, unit) = Quantity.split(text),
            let factor = units.first(where: { $0.name == unit })?.milliseconds
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : .milliseconds(product)
    }

    /// The largest unit in which `duration` is a whole number, down to milliseconds (what is finer is cut off):
    /// `90s`, `5m`. `parse` reads it back.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (thousands, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return "\(seconds)s" }
        let milliseconds = thousands + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        let unit = units.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
