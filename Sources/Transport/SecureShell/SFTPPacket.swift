/// The packets of SFTP version 3 that a file's transfer needs (draft-ietf-secsh-filexfer-02, and OpenSSH's
/// `posix-rename@openssh.com`).
package enum SFTPRequest: Sendable, Equatable {
    case initialize
    case open(path: String, access: Access, mode: UInt16?)
    case write(handle: [UInt8], offset: UInt64, bytes: ArraySlice<UInt8>)
    case read(handle: [UInt8], offset: UInt64, length: UInt32)
    case setMode(handle: [UInt8], mode: UInt16)
    case close(handle: [UInt8])
    case remove(path: String)
    /// Replaces what stands at `to` in one step; SFTP's own rename refuses to.
    case replace(from: String, to: String)

    package enum Access: UInt32, Sendable {
        case read = 0x01
        /// Write, create, and exclusively: it fails where the file exists.
        case createNew = 0x2a
    }

    /// The packet with its length in front.
    package func encoded(id: UInt32) -> [UInt8] {
        var body = SFTPWriter()
        switch self {
        case .initialize:
            body.byte(1)
            body.number(3)
        case .open(let path, let access, let mode):
            body.header(3, id)
            body.string(Array(path.utf8))
            body.number(access.rawValue)
            body.mode(mode)
        case .close(let handle):
            body.header(4, id)
            body.string(handle)
        case .read(let handle, let offset, let length):
            body.header(5, id)
            body.string(handle)
            body.offset(offset)
            body.number(length)
        case .write(let handle, let offset, let bytes):
            body.header(6, id)
            body.string(handle)
            body.offset(offset)
            body.string(bytes)
        case .setMode(let handle, let mode):
            body.header(10, id)
            body.string(handle)
            body.mode(mode)
        case .remove(let path):
            body.header(13, id)
            body.string(Array(path.utf8))
        case .replace(let from, let to):
            body.header(200, id)
            body.string(Array("posix-rename@openssh.com".utf8))
            body.string(Array(from.utf8))
            body.string(Array(to.utf8))
        }
        return body.packet
    }
}

/// What a server answers.
package enum SFTPReply: Sendable, Equatable {
    /// With the names of its extensions.
    case version(UInt32, extensions: Set<String>)
    case status(id: UInt32, code: UInt32, message: String)
    case handle(id: UInt32, [UInt8])
    case data(id: UInt32, [UInt8])

    package struct Malformed: Error, Equatable { package var reason: String }

    /// The longest packet that is read: a read asks for 32 KiB, so nothing needs more.
    package static let longest = 262_144

    /// Takes one packet off the front of what arrived; nil where it is not complete yet.
    package static func next(_ queue: inout ByteQueue) throws(Malformed) -> SFTPReply? {
        guard queue.count >= 4 else { return nil }
        var length = 0
        queue.drain { bytes in
            length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            return 0
        }
        guard length >= 1, length <= longest else { throw Malformed(reason: "a packet of \(length) bytes") }
        guard queue.count >= 4 + length else { return nil }
        _ = queue.take(4)
        return try SFTPReply(packet: queue.take(length))
    }

    private init(packet: [UInt8]) throws(Malformed) {
        var reader = SFTPReader(bytes: packet[...])
        switch try reader.byte() {
        case 2:
            let version = try reader.number()
            var extensions: Set<String> = []
            while !reader.bytes.isEmpty {
                extensions.insert(String(decoding: try reader.string(), as: UTF8.self))
                _ = try reader.string()
            }
            self = .version(version, extensions: extensions)
        case 101:
            let id = try reader.number()
            let code = try reader.number()
            let message = reader.bytes.isEmpty ? [] : try reader.string()
            let text = PeerText.cleaned(String(decoding: message, as: UTF8.self), most: 200)
            self = .status(id: id, code: code, message: text)
        case 102: self = .handle(id: try reader.number(), Array(try reader.string()))
        case 103: self = .data(id: try reader.number(), Array(try reader.string()))
        case let other: throw Malformed(reason: "a packet of type \(other)")
        }
    }
}

private struct SFTPWriter {
    private var body: [UInt8] = []

    mutating func byte(_ value: UInt8) { body.append(value) }
    mutating func number(_ value: UInt32) { withUnsafeBytes(of: value.bigEndian) { body.append(contentsOf: $0) } }
    mutating func offset(_ value: UInt64) { withUnsafeBytes(of: value.bigEndian) { body.append(contentsOf: $0) } }

    mutating func string(_ value: some Collection<UInt8>) {
        number(UInt32(value.count))
        body.append(contentsOf: value)
    }

    mutating func header(_ type: UInt8, _ id: UInt32) {
        byte(type)
        number(id)
    }

    /// The attributes: permissions only, or none.
    mutating func mode(_ value: UInt16?) {
        number(value == nil ? 0 : 4)
        if let value { number(UInt32(value)) }
    }

    var packet: [UInt8] { withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body }
}

private struct SFTPReader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() throws(SFTPReply.Malformed) -> UInt8 {
        guard let first = bytes.popFirst() else { throw SFTPReply.Malformed(reason: "a packet that ends early") }
        return first
    }

    mutating func number() throws(SFTPReply.Malformed) -> UInt32 {
        guard bytes.count >= 4 else { throw SFTPReply.Malformed(reason: "a packet that ends early") }
        defer { bytes = bytes.dropFirst(4) }
        return bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() throws(SFTPReply.Malformed) -> ArraySlice<UInt8> {
        let length = Int(try number())
        guard bytes.count >= length else { throw SFTPReply.Malformed(reason: "a string that ends early") }
        defer { bytes = bytes.dropFirst(length) }
        return bytes.prefix(length)
    }
}
