/// Digests in one call, and their spelling.
package enum Digest {
    package static func sha256(of bytes: some Collection<UInt8>) -> [UInt8] {
        var digest = SHA256Digest()
        digest.update(bytes)
        return digest.finalize()
    }

    /// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
    package static func sha256Hex(of bytes: [UInt8]) -> String {
        hex(sha256(of: bytes))
    }

    /// The SHA-256 of a text's UTF-8 as 64 lower-case hexadecimal digits.
    package static func sha256Hex(of text: String) -> String {
        hex(sha256(of: text.utf8))
    }

    /// Two lower-case hexadecimal digits a byte.
    package static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
