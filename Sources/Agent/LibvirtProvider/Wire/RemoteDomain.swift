import HumanText

/// A guest as libvirt's wire names it.
struct RemoteDomain: Equatable {
    /// As it may be shown.
    var name: String
    /// As libvirt has it, to be given back.
    private let nameBytes: [UInt8]
    /// 16 bytes.
    var uuid: [UInt8]
    /// -1 while it does not run.
    var id: Int32

    init(reading reader: inout XDRReader) throws(XDRFault) {
        nameBytes = Array(try reader.string())
        name = printable(nameBytes)
        uuid = Array(try reader.fixed(16))
        id = try reader.signed()
    }

    func write(to writer: inout XDRWriter) {
        writer.string(nameBytes)
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

/// Text from the other side, fit to be shown and logged: in one line, bounded, without control characters.
func printable(_ bytes: some Collection<UInt8>) -> String {
    ShownText.escaped(String(decoding: bytes, as: UTF8.self), limit: 1024)
}
