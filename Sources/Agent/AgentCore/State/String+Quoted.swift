extension String {
    /// The text as a message may show it: quoted, bounded, without control characters.
    package var quoted: String {
        let shown = unicodeScalars.prefix(80).map { $0.value < 32 || (127..<160).contains($0.value) ? "?" : String($0) }
        return "\"\(shown.joined())\(unicodeScalars.count > 80 ? "…" : "")\""
    }
}
