/// Which addresses a webhook may have. The same rule for those that are written in a report file and for those that a
/// file of their own holds.
package enum WebhookURL {
    private static let own = ["localhost", "127.0.0.1", "[::1]"]

    /// `https://` to anywhere, or `http://` to this machine; no user or password, which everybody would see who may
    /// read reports; no blank and nothing but ASCII.
    package static func isFit(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("#"), text.utf8.count <= 2048 else {
            return false
        }
        let isPlain = text.hasPrefix("http://")
        guard isPlain || text.hasPrefix("https://") else { return false }
        let rest = text.dropFirst(isPlain ? 7 : 8)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@"), !authority.contains("\\") else { return false }
        let host = host(authority)
        guard !host.isEmpty else { return false }
        return !isPlain || own.contains(host.lowercased())
    }

    /// Whether it leads to this machine, where no proxy has a part.
    package static func isOwn(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return false }
        return own.contains(host(parts[2].prefix { $0 != "/" && $0 != "?" }).lowercased())
    }

    private static func host(_ authority: Substring) -> String {
        if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
