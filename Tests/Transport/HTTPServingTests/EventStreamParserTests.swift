import HTTPCalling
import Testing

@testable import HTTPServing

@Suite("Event stream parser")
struct EventStreamParserTests {
    typealias Event = HTTPCalling.ServerSentEvent

    static let cases: [(String, [Event])] = [
        ("data: a\n\n", [Event(data: "a")]),
        ("data:a\r\ndata: b\r\n\r\n", [Event(data: "a\nb")]),
        ("data: a\rdata:  b\r\r", [Event(data: "a\n b")]),
        (
            "\u{FEFF}id: 7\nevent: step\ndata: x\n\ndata: y\n\n",
            [Event(id: "7", event: "step", data: "x"), Event(id: "7", data: "y")]
        ),
        (": heartbeat\n\n:\n\ndata: z\n\n", [Event(data: "z")]),
        ("event: alone\n\ndata\n\n", [Event(data: "")]),
        ("retry: 5\nfuture: x\ndata: ü\n\ndata: cut off\n", [Event(data: "ü")]),
        ("id: a\0b\ndata: x\n\n", [Event(data: "x")]),
    ]

    @Test("reads the same events however the stream is cut", arguments: cases, [1, 2, 3, 5, 1000])
    func pieces(sample: (stream: String, events: [Event]), size: Int) throws {
        var parser = EventStreamParser(limit: 100)
        var events: [Event] = []
        var rest = Array(sample.stream.utf8)[...]
        while !rest.isEmpty {
            events += try parser.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        #expect(events == sample.events)
    }

    @Test("what the server writes is what the parser reads", arguments: ["", "a", "a\nb", "a\r\n\rb\n", "\n", "ü: x"])
    func roundTrip(data: String) throws {
        var parser = EventStreamParser(limit: 100)
        let sent = SentEvent(id: "1\n2", event: "a\r\nb", data: data)
        let lines = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        #expect(try parser.take(sent.bytes) == [Event(id: "12", event: "ab", data: lines)])
    }

    @Test("lines and events are bounded")
    func bounded() {
        let long = Array("data: \(String(repeating: "x", count: 200))".utf8)
        #expect(throws: EventStreamParser.EventTooLong.self) {
            var parser = EventStreamParser(limit: 100)
            _ = try parser.take(long)
        }
        #expect(throws: EventStreamParser.EventTooLong.self) {
            var parser = EventStreamParser(limit: 100)
            for _ in 0..<20 { _ = try parser.take("data: 12345678\n".utf8) }
        }
    }
}
