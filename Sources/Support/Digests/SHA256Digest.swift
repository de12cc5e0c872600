import CNettle

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces: a file, a stream, the parts of a definition.
package struct SHA256Digest: Sendable {
    /// The length of every result.
    package static let length = 32

    private var context = sha256_ctx()

    package init() {
        nettle_sha256_init(&context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        nettle_sha256_update(&context, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    /// The 32 bytes over all that came so far; afterwards the digest starts anew.
    package mutating func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.length) { buffer, count in
            nettle_sha256_digest(&context, Self.length, buffer.baseAddress)
            count = Self.length
        }
    }
}
