/// One event of an event stream (WHATWG HTML, "Server-sent events").
package struct ServerSentEvent: Sendable, Hashable {
    /// What a client sends back as `Last-Event-ID` when it connects again.
    package var id: String?
    /// The event's name; nil means `message`.
    package var event: String?
    /// Any text; its lines are sent as several `data:` lines and joined again by the reader.
    package var data: String

    package init(id: String? = nil, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
    }

    /// A comment: it keeps the connection in use, so that a client that left is noticed.
    static let heartbeat = Array(":\n\n".utf8)

    /// On the wire. Line ends in `id` and `event` would start another field: they are left out.
    var bytes: [UInt8] {
        var text = ""
        if let id { text += "id: \(id.filter { !$0.isNewline && $0 != "\0" })\n" }
        if let event { text += "event: \(event.filter { !$0.isNewline })\n" }
        var bytes = Array((text + "data: ").utf8)
        var afterReturn = false
        for byte in data.utf8 {
            let isReturn = byte == UInt8(ascii: "\r")
            if isReturn || byte == UInt8(ascii: "\n") {
                if isReturn || !afterReturn { bytes += "\ndata: ".utf8 }
            } else {
                bytes.append(byte)
            }
            afterReturn = isReturn
        }
        return bytes + "\n\n".utf8
    }
}
