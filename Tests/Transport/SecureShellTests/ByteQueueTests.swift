import SecureShell
import Testing

@Suite("bytes that arrived")
struct ByteQueueTests {
    private func queue(_ text: String) -> ByteQueue {
        var queue = ByteQueue()
        queue.append(text.utf8)
        return queue
    }

    @Test(
        "a line ends at its line feed and may be as long as the limit",
        arguments: [
            ("abc\nd", 3, ByteQueue.Line.line(Array("abc".utf8))),
            ("abc\nd", 2, .tooLong),
            ("abcd", 3, .tooLong),
            ("abc", 3, .incomplete),
            ("\n", 0, .line([])),
            ("", 0, .incomplete),
            ("a", 0, .tooLong),
            ("a\n", -5, .tooLong),
        ])
    func limits(text: String, limit: Int, expected: ByteQueue.Line) {
        var queue = queue(text)
        #expect(queue.nextLine(limit: limit) == expected)
    }

    @Test("what follows a line is kept, whatever the pieces were")
    func pieces() {
        var queue = ByteQueue()
        var lines: [String] = []
        for byte in "one\n\ntwo\nrest".utf8 {
            queue.append([byte])
            while case .line(let line) = queue.nextLine(limit: 10) {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        #expect(lines == ["one", "", "two"])
        #expect(queue.take(.max) == Array("rest".utf8))
        #expect(queue.isEmpty)
    }

    @Test("a higher limit after a lower one finds the line")
    func raisedLimit() {
        var queue = queue("abcdef\n")
        #expect(queue.nextLine(limit: 3) == .tooLong)
        #expect(queue.nextLine(limit: 6) == .line(Array("abcdef".utf8)))
    }

    @Test("bytes are taken from the front, and the rest is still in order after many of them")
    func order() {
        var queue = ByteQueue()
        var expected: [UInt8] = []
        var taken: [UInt8] = []
        for round in 0..<300 {
            let piece = (0..<997).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ round) }
            queue.append(piece)
            expected += piece
            taken += queue.take(900)
            queue.drain { bytes in
                taken += bytes.prefix(10)
                return min(bytes.count, 10)
            }
        }
        taken += queue.take(.max)
        #expect(taken == expected)
    }
}
