/// One POST to a server anywhere, as a webhook takes it.
package struct WebCall: Sendable {
    /// `https://…` or `http://…`; may be a secret, so that no failure names more of it than scheme and host.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: WebBody
    /// From the call to the last byte of the reply.
    package var deadline: Duration
    /// Certificates to trust instead of the system's, as PEM; nil takes the system's.
    package var authorityFile: String?
    /// Whether the server is this machine, so that no proxy has a part.
    package var isLocal: Bool

    package init(
        url: String, headers: [(name: String, value: String)] = [], body: WebBody, deadline: Duration = .seconds(30),
        authorityFile: String? = nil, isLocal: Bool = false
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.authorityFile = authorityFile
        self.isLocal = isLocal
    }

    /// Scheme, host and port.
    package var origin: String {
        url.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
            .prefix { $0 != "?" }.description
    }
}

/// Posts to servers anywhere, over TLS of at least 1.2 with the server's certificate checked. Redirects are not
/// followed: what was signed for one server is not sent to another.
package final class WebCaller: Sendable {
    private let loop = TransferLoop()

    package init() {}

    deinit { loop.end() }

    /// Sends the request and reads the reply, whatever its status; of a long one the beginning.
    package func post(_ call: WebCall) async throws(HTTPCallFailure) -> HTTPReply {
        try await loop.run(WebTransfer(call), named: call.origin)
    }
}

extension TransferLoop {
    /// Submits a transfer and waits for its end; a cancelled task cancels it.
    func run(_ transfer: any LoopTransfer, named name: String) async throws(HTTPCallFailure) -> HTTPReply {
        let outcome = AsyncStream<Result<HTTPReply, HTTPCallFailure>>.makeStream()
        let number = submit(transfer) { result in
            outcome.continuation.yield(result)
            outcome.continuation.finish()
        }
        // Cancellation of the task ends the iteration without a result.
        for await result in outcome.stream { return try result.get() }
        cancel(number)
        throw HTTPCallFailure(.cancelled, "the call to \(name) was cancelled")
    }
}
