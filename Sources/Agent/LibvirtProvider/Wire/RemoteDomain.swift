/// A guest as libvirt's wire names it.
struct RemoteDomain: Equatable {
    var name: String
    /// 16 bytes.
    var uuid: [UInt8]
    /// -1 while it does not run.
    var id: Int32

    init(reading reader: inout XDRReader) throws(XDRFault) {
        name = printable(try reader.string())
        uuid = Array(try reader.fixed(16))
        id = try reader.signed()
    }

    func write(to writer: inout XDRWriter) {
        writer.string(name)
        writer.fixed(uuid)
        writer.signed(id)
    }

    /// Lower case, with hyphens.
    var uuidText: String { RemoteDomain.text(ofUUID: uuid) }

    /// Lower case, with hyphens.
    static func text(ofUUID bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a UUID in text, hyphens or not, either case.
    static func uuidBytes(_ text: String) -> [UInt8]? {
        var nibbles: [UInt8] = []
        for character in text where character != "-" {
            guard character.isASCII, let value = character.hexDigitValue else { return nil }
            nibbles.append(UInt8(value))
        }
        guard nibbles.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }
}

/// Text from the other side, without characters that could steer a terminal or break a log's line.
func printable(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { clean.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
    return String(clean)
}

/// C0, DEL, C1 and the marks that turn the direction of writing.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}
