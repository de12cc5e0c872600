/// A chain of SSH hops, outermost first; the last one is the machine that is meant.
///
/// Each hop after the first is reached through a forwarded channel of the one before it, with a complete SSH session
/// of its own inside, so that a jump host only ever sees ciphertext.
package struct Route: Sendable, Hashable {
    /// At least one hop.
    package var hops: [Hop]

    package init(hops: [Hop]) {
        precondition(!hops.isEmpty, "a route has at least one hop")
        self.hops = hops
    }

    /// The machine that is meant.
    package var target: Hop { hops[hops.count - 1] }
}

/// One machine on a route, as the hop before it sees it.
package struct Hop: Sendable, Hashable {
    /// What people call it (its path in the fleet); errors name it.
    package var name: String
    /// An IP address, or a name that the hop before it resolves.
    package var address: String
    package var port: Int
    package var user: String
    /// The host keys that are accepted, and no other. Empty: the key is unknown, and the connection is refused with
    /// `hostKeyUnknown`, which carries the key that was offered.
    package var hostKeys: [HostKey]
    package var key: PrivateKey

    package init(name: String, address: String, port: Int, user: String, hostKeys: [HostKey], key: PrivateKey) {
        self.name = name
        self.address = address
        self.port = port
        self.user = user
        self.hostKeys = hostKeys
        self.key = key
    }
}

/// A server's public key, as a line of known_hosts has it.
package struct HostKey: Sendable, Hashable, Codable {
    /// OpenSSH's name of the type, such as `ssh-ed25519`.
    package var type: String
    /// The key blob in base64, without padding removed.
    package var base64: String

    package init(type: String, base64: String) {
        self.type = type
        self.base64 = base64
    }
}

/// A private key held in memory.
package struct PrivateKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// OpenSSH or PEM text.
    package var text: String
    /// Empty where the key has none.
    package var passphrase: String

    package init(text: String, passphrase: String = "") {
        self.text = text
        self.passphrase = passphrase
    }

    /// Never the key: it must not reach a log by accident.
    package var description: String { "PrivateKey(…)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
