/// The file names of corrections: an id decides its file's name, and nothing else.
enum JournalName {
    static let suffix = ".json"
    static let damagedMark = ".damaged"

    /// - Returns: nil where the id is empty, too long or not printable ASCII.
    static func file(for id: String) -> String? {
        guard !id.isEmpty, id.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        let name =
            id.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    String(UnicodeScalar(byte))
                default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
            }.joined() + suffix
        return name.utf8.count <= 200 ? name : nil
    }

    /// The id in a file's name, damaged ones' marks left out.
    static func id(of file: String) -> String {
        var bytes: [UInt8] = []
        var rest = file.utf8[...]
        if let end = file.range(ofSuffixMark: suffix) { rest = file.utf8[..<end] }
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// Where the first `mark` begins.
    fileprivate func range(ofSuffixMark mark: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(mark) }
    }
}
