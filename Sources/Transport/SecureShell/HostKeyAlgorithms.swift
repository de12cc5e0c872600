/// Which signature algorithms to ask a server for, so that it shows the key that is pinned.
package enum HostKeyAlgorithms {
    /// All that are accepted, in order of preference. `ssh-rsa`, which signs with SHA-1, is not among them
    /// (RFC 8332).
    package static let all = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
        "rsa-sha2-256",
    ]

    /// The algorithms of the pinned keys first, then the others.
    ///
    /// The others let a server without a key of the pinned type finish the exchange: it is refused all the same, by
    /// the comparison of the keys, but the refusal can then show which key was offered. A server that has the pinned
    /// key shows that one, since the client's order decides (RFC 4253, section 7.1).
    package static func ordered(pinned: [HostKey]) -> [String] {
        let first = pinned.flatMap { key in
            key.type == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [key.type]
        }
        let preferred = all.filter(first.contains)
        return preferred + all.filter { !preferred.contains($0) }
    }
}
