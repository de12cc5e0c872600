import Testing

@testable import Digests

@Suite("Digests") struct DigestsTests {
    @Test(
        "SHA-256 gives NIST's example values (FIPS 180-4, CSRC examples)",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func vectors(text: String, hex: String) {
        #expect(Digest.sha256Hex(of: Array(text.utf8)) == hex)
        #expect(Digest.sha256Hex(of: text) == hex)
    }

    @Test("pieces of any length give the digest of the whole", arguments: [1, 7, 63, 64, 65, 1000])
    func pieces(length: Int) {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var digest = SHA256Digest()
        for start in stride(from: 0, to: bytes.count, by: length) {
            digest.update(bytes[start..<min(start + length, bytes.count)])
        }
        #expect(digest.finalize() == Digest.sha256(of: bytes))
    }

    @Test("a digest starts anew after its result")
    func anew() {
        var digest = SHA256Digest()
        digest.update("something else".utf8)
        _ = digest.finalize()
        digest.update("abc".utf8)
        #expect(digest.finalize() == Digest.sha256(of: "abc".utf8))
    }

    @Test(
        "HMAC-SHA-256 gives the values of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func codes(key: [UInt8], text: [UInt8], hex: String) {
        #expect(Digest.hex(HMACSHA256.code(of: text, key: key)) == hex)
    }

    @Test("a code is valid for its own bytes and key only")
    func validity() {
        let code = HMACSHA256.code(of: [1, 2, 3], key: [9])
        #expect(HMACSHA256.isValid(code, of: [1, 2, 3], key: [9]))
        #expect(!HMACSHA256.isValid(code, of: [1, 2, 4], key: [9]))
        #expect(!HMACSHA256.isValid(code, of: [1, 2, 3], key: [8]))
        #expect(!HMACSHA256.isValid([], of: [1, 2, 3], key: [9]))
        #expect(!HMACSHA256.isValid(Array(code.dropLast()), of: [1, 2, 3], key: [9]))
    }
}
