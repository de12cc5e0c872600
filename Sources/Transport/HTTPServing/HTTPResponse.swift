/// What a handler answers.
package struct HTTPResponse: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        /// Begins anew at each call, and gives one piece after another until nil.
        case pieces(@Sendable () -> () -> [UInt8]?)
        /// Calls its argument for every event until that says false (the client is gone) or the events end.
        case events(@Sendable (_ send: @Sendable (ServerSentEvent) async -> Bool) async -> Void)
    }

    package var status: Int
    package var headers: HTTPHeaders
    var content: Content

    /// A whole body. With an `ETag` header, a GET that already has it is answered 304 without a body.
    package init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        content = .bytes(body)
    }

    /// A body that is made while it is sent, so that a long one is never whole in memory.
    /// - Parameter pieces: begins the body; what it returns gives one piece after another, and nil behind the last. It is
    ///   called on the server's own thread, and must not wait for anything.
    package init(status: Int = 200, headers: HTTPHeaders = [:], pieces: @escaping @Sendable () -> () -> [UInt8]?) {
        self.status = status
        self.headers = headers
        content = .pieces(pieces)
    }

    /// An event stream (200, `text/event-stream`). It ends when the events end, the client goes away or the server
    /// stops; in the last two cases the iteration is cancelled, which terminates an `AsyncStream`, so that its
    /// producer's `onTermination` is called.
    package init<Events: AsyncSequence & Sendable>(
        headers: HTTPHeaders = [:], events: Events
    ) where Events.Element == ServerSentEvent {
        status = 200
        self.headers = headers
        self.headers["Content-Type"] = "text/event-stream"
        self.headers["Cache-Control"] = "no-store"
        content = .events { send in
            do {
                for try await event in events where await !send(event) { return }
            } catch {
                // A stream that fails ends: what went wrong is the producer's to say, in an event.
                return
            }
        }
    }

    /// The whole body; nil for an event stream.
    package var body: [UInt8]? {
        switch content {
        case .bytes(let body): body
        case .pieces(let open): Array(sequence(state: open(), next: { $0() }).joined())
        case .events: nil
        }
    }

    /// A short answer of the server's own, in text.
    static func plain(_ status: Int, _ sentence: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "text/plain; charset=utf-8", "Connection": "close"],
            body: Array((sentence + "\n").utf8))
    }

    /// This response, or 304 where the request names its entity tag (RFC 9110, section 13.1.2; weak comparison).
    func revalidated(for request: HTTPRequest) -> HTTPResponse {
        guard status == 200, request.method == "GET" || request.method == "HEAD", let tag = headers["ETag"],
            let known = request.headers["If-None-Match"]
        else { return self }
        func strong(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
        let tags = known.split(separator: ",").map { strong($0.trimming(" \t")) }
        guard known.trimming(" \t") == "*" || tags.contains(strong(tag[...])) else { return self }
        var answer = HTTPResponse(status: 304, headers: headers)
        answer.headers["Content-Type"] = nil
        return answer
    }
}

extension StringProtocol {
    fileprivate func trimming(_ characters: String) -> Substring {
        var rest = Substring(self)
        while let first = rest.first, characters.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.contains(last) { rest.removeLast() }
        return rest
    }
}
