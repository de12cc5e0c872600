/// What the server answered, whatever the status.
package struct HTTPReply: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// How long the server asks to be left alone (`Retry-After`), in seconds; nil where it says nothing.
    package var retryAfter: Int?

    /// The first header of that name, without regard to case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
