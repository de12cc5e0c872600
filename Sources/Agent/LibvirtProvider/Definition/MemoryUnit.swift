/// libvirt's units of memory (formatdomain, "Memory Allocation"): decimal with B behind, binary without or with iB.
enum MemoryUnit {
    /// What one unit is in bytes; libvirt reads units without regard to case.
    /// - Parameter name: nil where no unit is written: KiB.
    static func bytes(_ name: String?) -> Int64? {
        switch (name ?? "KiB").lowercased() {
        case "b", "byte", "bytes": 1
        case "kb": 1000
        case "k", "kib": 1 << 10
        case "mb": 1_000_000
        case "m", "mib": 1 << 20
        case "gb": 1_000_000_000
        case "g", "gib": 1 << 30
        case "tb": 1_000_000_000_000
        case "t", "tib": 1 << 40
        case "pb": 1_000_000_000_000_000
        case "p", "pib": 1 << 50
        case "eb": 1_000_000_000_000_000_000
        case "e", "eib": 1 << 60
        default: nil
        }
    }

    /// A size as libvirt keeps it: whole KiB, rounded up.
    static func wholeKiB(_ bytes: Int64) -> Int64 {
        let (sum, overflow) = bytes.addingReportingOverflow(1023)
        return overflow ? bytes & ~1023 : sum & ~1023
    }
}
