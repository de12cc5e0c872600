/// Writes XDR.
struct XDRWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned(_ value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    mutating func signed(_ value: Int32) { unsigned(UInt32(bitPattern: value)) }

    mutating func fixed(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
        bytes.append(contentsOf: repeatElement(0, count: (4 - value.count % 4) % 4))
    }

    mutating func string(_ value: String) { string(Array(value.utf8)) }

    mutating func string(_ text: [UInt8]) {
        unsigned(UInt32(text.count))
        fixed(text)
    }

    mutating func optional(_ value: String?) {
        unsigned(value == nil ? 0 : 1)
        if let value { string(value) }
    }
}
