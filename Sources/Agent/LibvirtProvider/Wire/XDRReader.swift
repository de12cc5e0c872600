/// Reads XDR from bytes that are not trusted: every length is compared with what is left before anything is taken.
struct XDRReader {
    private let bytes: [UInt8]
    private var offset: Int

    /// libvirt's own limit for one string (REMOTE_STRING_MAX).
    static let stringLimit = 4 << 20

    init(_ bytes: [UInt8], from offset: Int = 0) {
        self.bytes = bytes
        self.offset = min(max(offset, 0), bytes.count)
    }

    var left: Int { bytes.count - offset }

    mutating func unsigned() throws(XDRFault) -> UInt32 {
        guard left >= 4 else { throw .truncated(needed: 4, left: left) }
        defer { offset += 4 }
        return UInt32(bytes[offset]) << 24 | UInt32(bytes[offset + 1]) << 16 | UInt32(bytes[offset + 2]) << 8
            | UInt32(bytes[offset + 3])
    }

    mutating func signed() throws(XDRFault) -> Int32 { Int32(bitPattern: try unsigned()) }

    mutating func unsignedHyper() throws(XDRFault) -> UInt64 {
        let high = try unsigned()
        return UInt64(high) << 32 | UInt64(try unsigned())
    }

    mutating func fixed(_ count: Int) throws(XDRFault) -> ArraySlice<UInt8> {
        let padded = (count + 3) & ~3
        guard left >= padded else { throw .truncated(needed: padded, left: left) }
        defer { offset += padded }
        return bytes[offset..<(offset + count)]
    }

    /// A string's bytes, without its length and padding.
    mutating func string(limit: Int = XDRReader.stringLimit) throws(XDRFault) -> ArraySlice<UInt8> {
        let length = Int(try unsigned())
        guard length <= limit else { throw .tooLong(length: length, limit: limit) }
        return try fixed(length)
    }

    mutating func isPresent() throws(XDRFault) -> Bool {
        switch try unsigned() {
        case 0: return false
        case 1: return true
        case let other: throw .badOptional(other)
        }
    }

    /// How many elements follow. No element is shorter than `size` bytes, so that a count which what is left can't
    /// hold is refused before memory is taken for it.
    mutating func count(elementSize size: Int) throws(XDRFault) -> Int {
        let count = Int(try unsigned())
        guard count <= left / max(size, 1) else { throw .truncated(needed: count * size, left: left) }
        return count
    }
}
