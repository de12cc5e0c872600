import NestingModel
import Testing

@testable import LibvirtProvider

@Suite("libvirt's wire")
struct WireTests {
    @Test("numbers, strings and optionals are written as RFC 4506 says")
    func writes() {
        var writer = XDRWriter()
        writer.unsigned(0x0102_0304)
        writer.signed(-1)
        writer.string("abcde")
        writer.optional(nil)
        writer.optional("x")
        #expect(
            writer.bytes == [
                1, 2, 3, 4, 255, 255, 255, 255, 0, 0, 0, 5, 0x61, 0x62, 0x63, 0x64, 0x65, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                1,
                0, 0, 0, 1, 0x78, 0, 0, 0,
            ])
    }

    @Test("what is written is read again")
    func reads() throws {
        var writer = XDRWriter()
        writer.string("größer")
        writer.signed(-7)
        var reader = XDRReader(writer.bytes)
        #expect(try reader.string().elementsEqual("größer".utf8))
        #expect(try reader.signed() == -7)
        #expect(reader.left == 0)
    }

    @Test(
        "a length beyond what is there or allowed is refused before it is read",
        arguments: [
            ([0, 0, 0] as [UInt8], XDRFault.truncated(needed: 4, left: 3)),
            ([0, 0, 0, 5, 1, 2, 3, 4], .truncated(needed: 8, left: 4)),
            ([0, 0, 0, 3, 1, 2, 3], .truncated(needed: 4, left: 3)),
            ([0xFF, 0xFF, 0xFF, 0xFF], .tooLong(length: 0xFFFF_FFFF, limit: 4 << 20)),
            ([0, 0x40, 0, 1], .tooLong(length: (4 << 20) + 1, limit: 4 << 20)),
        ])
    func hostileStrings(bytes: [UInt8], fault: XDRFault) {
        #expect(throws: fault) {
            var reader = XDRReader(bytes)
            _ = try reader.string()
        }
    }

    @Test("a count of elements that the rest can't hold is refused before memory is taken")
    func hostileCount() {
        #expect(throws: XDRFault.truncated(needed: 0xFFFF_FFFF * 24, left: 8)) {
            var reader = XDRReader([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0])
            _ = try reader.count(elementSize: 24)
        }
    }

    @Test("an optional that is neither there nor not is refused")
    func hostileOptional() {
        #expect(throws: XDRFault.badOptional(2)) {
            var reader = XDRReader([0, 0, 0, 2])
            _ = try reader.isPresent()
        }
    }

    @Test("a packet's length below its header or above libvirt's limit is refused", arguments: [0, 27, 33_554_437])
    func hostilePacketLength(length: UInt32) {
        var writer = XDRWriter()
        writer.unsigned(length)
        #expect(throws: XDRFault.self) { _ = try PacketHeader.length(in: writer.bytes, at: 0) }
    }

    @Test("random bytes never trap any decoder")
    func randomBytes() {
        var generator = Xorshift(seed: 0x5EED)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                // Mostly small numbers, so that lengths and counts often fit.
                Bool.random(using: &generator) ? 0 : UInt8.random(in: 0...9, using: &generator)
            }
            var reader = XDRReader(bytes)
            _ = try? RemoteDomain(reading: &reader)
            reader = XDRReader(bytes)
            _ = try? RemoteError(reading: &reader)
            reader = XDRReader(bytes)
            _ = try? TypedParameter(reading: &reader)
            _ = LibvirtProvider.nestedRuns(.fine(XDRReader(bytes)))
        }
    }

    @Test("nested_run of all vCPUs is summed, other statistics are passed over")
    func nestedRuns() {
        var writer = XDRWriter()
        let uuid = [UInt8](1...16)
        writer.unsigned(1)
        writer.string("web")
        writer.fixed(uuid)
        writer.signed(3)
        writer.unsigned(4)
        for (field, value) in [("vcpu.current", UInt32(2)), ("vcpu.0.time", 9)] {
            writer.string(field)
            writer.signed(2)
            writer.unsigned(value)
        }
        for vcpu in 0..<2 {
            writer.string("vcpu.\(vcpu).nested_run.sum")
            writer.signed(4)
            writer.unsigned(1)
            writer.unsigned(UInt32(vcpu))
        }
        #expect(LibvirtProvider.nestedRuns(.fine(XDRReader(writer.bytes))) == .known([uuid: 0x2_0000_0001]))
        #expect(LibvirtProvider.nestedRuns(.fine(XDRReader(writer.bytes.dropLast(4).map { $0 }))).isUnknown)
        #expect(LibvirtProvider.nestedRuns(.refused(RemoteError(number: 39, message: "unknown procedure"))).isUnknown)
    }

    @Test("UUIDs are read in any case, with hyphens or not, and nothing else is one")
    func uuids() {
        let text = "dd3880d4-c138-4a59-bc29-75ba70d5e51a"
        #expect(RemoteDomain.uuidBytes(text.uppercased()).map(RemoteDomain.text(ofUUID:)) == text)
        #expect(RemoteDomain.uuidBytes("dd3880d4") == nil)
        #expect(RemoteDomain.uuidBytes("zz3880d4-c138-4a59-bc29-75ba70d5e51a") == nil)
    }

    @Test("control characters of the other side are never shown, and go back as they came")
    func controlCharacters() throws {
        var writer = XDRWriter()
        writer.string("a\u{1B}[2Jb\nc\u{202E}")
        writer.fixed([UInt8](1...16))
        writer.signed(4)
        var reader = XDRReader(writer.bytes)
        let domain = try RemoteDomain(reading: &reader)
        #expect(domain.name == "a\\u{1B}[2Jb\\nc\\u{202E}")
        var back = XDRWriter()
        domain.write(to: &back)
        #expect(back.bytes == writer.bytes)
    }
}

/// A generator that gives the same numbers in every run.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
