extension FleetHost {
    /// Whether a text may be a host's address: a DNS name, an IPv4 or an IPv6 address with or without its zone.
    ///
    /// Anything else is refused, since an address is written into options of authorized_keys (`permitopen="…"`), where
    /// a quote, a comma or a line feed would be an option or a key of its own.
    package static func isAddress(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 255 else { return false }
        return text.utf8.allSatisfy { byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":", "%": true
            default: false
            }
        }
    }

    /// Address and port as known_hosts and permitopen have them: an IPv6 address in brackets.
    package var addressAndPort: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
