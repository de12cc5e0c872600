/// Reads events from pieces of a stream, however they are cut (WHATWG HTML, 9.2.6). Pure.
package struct EventStreamParser: Sendable {
    package struct EventTooLong: Error {}

    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8]?
    private var event: String?
    private var id: String?
    private var afterReturn = false
    private var isAtStart = true

    /// - Parameter limit: bytes of one line, and of one event's data.
    package init(limit: Int) { self.limit = limit }

    /// The events that this piece completes. What is incomplete at the stream's end is no event.
    package mutating func take(_ bytes: some Sequence<UInt8>) throws(EventTooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where afterReturn: afterReturn = false
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                afterReturn = byte == UInt8(ascii: "\r")
                if let event = try endLine() { events.append(event) }
            default:
                afterReturn = false
                guard line.count < limit else { throw EventTooLong() }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(EventTooLong) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        // A byte order mark may stand before the first line.
        if isAtStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isAtStart = false
        guard !line.isEmpty else {
            defer { (data, event) = (nil, nil) }
            return data.map { ServerSentEvent(id: id, event: event, data: String(decoding: $0, as: UTF8.self)) }
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
        var value = line.dropFirst(colon + 1)
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            guard (data?.count ?? 0) + value.count < limit else { throw EventTooLong() }
            if data == nil { data = Array(value) } else { data?.append(contentsOf: [UInt8(ascii: "\n")] + value) }
        case "event": event = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        default: break  // comments (no name) and fields that we don't know
        }
        return nil
    }
}
