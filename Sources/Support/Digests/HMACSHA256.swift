import CNettle

/// HMAC with SHA-256 (RFC 2104): a code that only a holder of the key can make.
package struct HMACSHA256: Sendable {
    private var context = hmac_sha256_ctx()

    package init(key: [UInt8]) {
        nettle_hmac_sha256_set_key(&context, key.count, key)
    }

    package mutating func update(_ bytes: [UInt8]) {
        nettle_hmac_sha256_update(&context, bytes.count, bytes)
    }

    /// The 32 bytes over all that came so far; afterwards the code starts anew with the same key.
    package mutating func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256Digest.length) { buffer, count in
            nettle_hmac_sha256_digest(&context, SHA256Digest.length, buffer.baseAddress)
            count = SHA256Digest.length
        }
    }

    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = HMACSHA256(key: key)
        code.update(bytes)
        return code.finalize()
    }

    /// Whether `code` is the one of `bytes` under `key`. The time it takes says nothing about where they differ.
    package static func isValid(_ code: [UInt8], of bytes: [UInt8], key: [UInt8]) -> Bool {
        let expected = Self.code(of: bytes, key: key)
        guard code.count == expected.count else { return false }
        return zip(code, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
