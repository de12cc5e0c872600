/// Why there is no text where a file was named.
package struct UnreadableText: Error, Sendable, Hashable {
    /// The end of a sentence that begins with the file: `it is a folder`.
    package var reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
