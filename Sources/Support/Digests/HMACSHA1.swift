import CNettle

/// HMAC with SHA-1, for one thing only: OpenSSH hides host names in known_hosts by it. It protects nothing here.
package enum HMACSHA1 {
    /// The 20 bytes.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var context = hmac_sha1_ctx()
        nettle_hmac_sha1_set_key(&context, key.count, key)
        nettle_hmac_sha1_update(&context, bytes.count, bytes)
        return [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            nettle_hmac_sha1_digest(&context, 20, buffer.baseAddress)
            count = 20
        }
    }
}
