import Glibc

/// Bytes that arrived and were not read yet, given out as they are or line by line.
///
/// It finds a line's end once: what was searched is not searched again when more arrives, so that a peer which sends
/// a long line in small pieces costs linear time.
package struct ByteQueue: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0
    private var searched = 0

    package init() {}

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// What `nextLine` found.
    package enum Line: Sendable, Equatable {
        /// Without its line feed.
        case line([UInt8])
        /// The line is longer than the limit, whether its end has arrived or not.
        case tooLong
        /// No line feed has arrived yet.
        case incomplete
    }

    /// - Parameter limit: in bytes, without the line feed.
    package mutating func nextLine(limit: Int) -> Line {
        let limit = min(max(limit, 0), 1 << 40)
        let reach = min(bytes.count, start + limit + 1)
        if let end = lineFeed(in: max(searched, start)..<max(reach, searched, start)) {
            let line = Array(bytes[start..<end])
            consume(line.count + 1)
            return .line(line)
        }
        searched = max(searched, reach)
        return count > limit ? .tooLong : .incomplete
    }

    /// Up to `most` bytes from the front.
    package mutating func take(_ most: Int) -> [UInt8] {
        let taken = Array(bytes[start..<(start + min(most, count))])
        consume(taken.count)
        return taken
    }

    /// Lets `body` look at the front without copying, then drops as many bytes as it says.
    package mutating func drain(_ body: (UnsafeRawBufferPointer) -> Int) {
        let used = bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        consume(used)
    }

    /// By memchr: this is where all of a peer's output goes through.
    private func lineFeed(in range: Range<Int>) -> Int? {
        bytes.withUnsafeBytes { all in
            guard !range.isEmpty, let base = all.baseAddress,
                let found = memchr(base + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func consume(_ length: Int) {
        start += length
        searched = max(searched, start)
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.count <= 65_536)
            start = 0
            searched = 0
        } else if start > 65_536, start > bytes.count / 2 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
    }
}
