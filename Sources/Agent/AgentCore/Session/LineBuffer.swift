/// Cuts what arrives into lines, and never holds more than one line's limit.
package struct LineBuffer {
    private var bytes: [UInt8] = []
    /// How much of `bytes` is known to hold no line feed.
    private var searched = 0
    private let limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    /// A line is longer than the limit.
    package struct TooLong: Error {}

    package mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

    /// The next whole line, without its line feed; nil where there is none yet.
    package mutating func next() throws(TooLong) -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            guard bytes.count <= limit else { throw TooLong() }
            return nil
        }
        guard end <= limit else { throw TooLong() }
        let line = [UInt8](bytes[..<end])
        bytes.removeSubrange(...end)
        searched = 0
        return line
    }
}
