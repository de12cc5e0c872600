/// Why an SSH connection, or something over it, did not work. Decide by `code`; the sentence is for people.
package struct SSHFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Stable names: they are stored and shown in JSON.
    package enum Code: String, Sendable, Hashable {
        case addressUnknown = "address-unknown"
        case unreachable
        case refused = "connection-refused"
        case hostKeyUnknown = "host-key-unknown"
        case hostKeyMismatch = "host-key-mismatch"
        case authenticationRefused = "authentication-refused"
        /// The key that we were given cannot be read.
        case keyUnusable = "key-unusable"
        /// The jump host does not forward to the next hop.
        case forwardingRefused = "forwarding-refused"
        case channelRefused = "channel-refused"
        case fileRefused = "file-refused"
        case timeout
        case tooLong = "too-long"
        case closed = "connection-closed"
        case protocolError = "ssh-protocol"
    }

    package var code: Code
    /// The hop's name.
    package var hop: String
    /// In lower case, naming the thing and, where there are two values, both.
    package var sentence: String
    /// What a person can do about it; empty where nothing is known.
    package var remedy: String
    /// The key that was offered, for `hostKeyUnknown` and `hostKeyMismatch`.
    package var offeredKey: HostKey?

    package init(_ code: Code, hop: String, _ sentence: String, remedy: String = "", offeredKey: HostKey? = nil) {
        self.code = code
        self.hop = hop
        self.sentence = sentence
        self.remedy = remedy
        self.offeredKey = offeredKey
    }

    package var description: String {
        remedy.isEmpty ? "\(hop): \(sentence)" : "\(hop): \(sentence); \(remedy)"
    }
}
