import HumanText

extension String {
    /// The text as a message may show it: between quotes, bounded, without control characters.
    var quoted: String { ShownText.quoted(self) }
    /// A sentence from elsewhere, bounded, without control characters.
    var shown: String { ShownText.escaped(self, limit: 400) }
}
