/// The 28 bytes that begin every packet of libvirt's RPC (src/rpc/virnetprotocol.x). The length counts itself.
struct PacketHeader: Equatable {
    enum Kind: UInt32 {
        case call = 0
        case reply = 1
        case event = 2
        case stream = 3
    }

    static let size = 28
    /// libvirt's limit of a packet (VIR_NET_MESSAGE_MAX), its length word included.
    static let packetLimit = (32 << 20) + 4
    static let remoteProgram: UInt32 = 0x2000_8086
    static let remoteVersion: UInt32 = 1

    var length: UInt32
    var program: UInt32 = PacketHeader.remoteProgram
    var version: UInt32 = PacketHeader.remoteVersion
    var procedure: Int32
    var kind: UInt32
    var serial: UInt32
    /// 0 fine, 1 an error follows, 2 a stream goes on.
    var status: UInt32

    /// The length of the packet at `offset`, once its first four bytes are there.
    static func length(in bytes: [UInt8], at offset: Int) throws(XDRFault) -> Int? {
        guard bytes.count - offset >= 4 else { return nil }
        var reader = XDRReader(bytes, from: offset)
        let length = Int(try reader.unsigned())
        guard length <= packetLimit else { throw .tooLong(length: length, limit: packetLimit) }
        guard length >= size else { throw .truncated(needed: size, left: length) }
        return length
    }

    init(reading reader: inout XDRReader) throws(XDRFault) {
        length = try reader.unsigned()
        program = try reader.unsigned()
        version = try reader.unsigned()
        procedure = try reader.signed()
        kind = try reader.unsigned()
        serial = try reader.unsigned()
        status = try reader.unsigned()
    }

    private init(callOf procedure: Procedure, serial: UInt32, bodySize: Int) {
        length = UInt32(PacketHeader.size + bodySize)
        self.procedure = procedure.rawValue
        kind = Kind.call.rawValue
        self.serial = serial
        status = 0
    }

    /// A whole call packet.
    static func packet(_ call: RemoteCall, serial: UInt32) -> [UInt8] {
        let header = PacketHeader(callOf: call.procedure, serial: serial, bodySize: call.body.count)
        var writer = XDRWriter()
        writer.unsigned(header.length)
        writer.unsigned(header.program)
        writer.unsigned(header.version)
        writer.signed(header.procedure)
        writer.unsigned(header.kind)
        writer.unsigned(header.serial)
        writer.unsigned(header.status)
        writer.fixed(call.body)
        return writer.bytes
    }
}
