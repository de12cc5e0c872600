/// One event of an event stream (WHATWG HTML, "Server-sent events").
package struct ServerSentEvent: Sendable, Hashable {
    /// The last id that the stream named; send it as `Last-Event-ID` to go on from here.
    package var id: String?
    /// The event's name; nil means `message`.
    package var event: String?
    /// Several `data:` lines are joined by line feeds.
    package var data: String

    package init(id: String? = nil, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
    }
}
