/// Files of `key : value` lines, such as /proc/cpuinfo, /proc/sysinfo or os-release's cousins.
enum KeyValueFile {
    /// Calls `body` with each line's key, trimmed, and its raw value; lines without the separator are passed over.
    static func forEachPair(
        in bytes: [UInt8], separator: UInt8 = UInt8(ascii: ":"), _ body: (String, ArraySlice<UInt8>) -> Void
    ) {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            if let middle = bytes[start..<end].firstIndex(of: separator), middle - start <= 64 {
                let key = trimmed(bytes[start..<middle])
                if !key.isEmpty { body(String(decoding: key, as: UTF8.self), trimmed(bytes[(middle + 1)..<end])) }
            }
            start = end + 1
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = bytes
        while let first = slice.first, isBlank(first) { slice.removeFirst() }
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return slice
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
