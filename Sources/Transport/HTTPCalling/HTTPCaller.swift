import CCurl

/// Calls a server on a Unix socket. Cheap to make; calls may run in parallel, each on a connection of its own or one
/// that another call has left open.
package final class HTTPCaller: Sendable {
    private let socketPath: String
    private let loop: TransferLoop

    /// How long an event stream may be silent: three of the server's heartbeats.
    private let silenceLimit: Duration

    /// - Parameters:
    ///   - socketPath: the server's socket.
    ///   - silenceLimit: how long an event stream may bring nothing before it has failed.
    package init(socketPath: String, silenceLimit: Duration = .seconds(45)) {
        self.socketPath = socketPath
        self.silenceLimit = silenceLimit
        loop = TransferLoop()
    }

    deinit { loop.end() }

    /// Sends the request and reads the whole reply, whatever its status.
    package func call(_ call: HTTPCall) async throws(HTTPCallFailure) -> HTTPReply {
        try await loop.run(Transfer(call, socketPath: socketPath, receiver: .reply), named: socketPath)
    }

    /// Sends the request and hands the body on as it comes, however long it is; where the status is not 200 the reply
    /// has it as ever.
    /// - Parameter take: false ends the call.
    package func call(
        _ call: HTTPCall, _ take: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
    ) async throws(HTTPCallFailure) -> HTTPReply {
        try await loop.run(Transfer(call, socketPath: socketPath, receiver: .body(take)), named: socketPath)
    }

    /// Opens an event stream. The sequence ends when the server ends the stream, throws `HTTPCallFailure` when it broke
    /// (go on with `Last-Event-ID`), and closes the connection when its reader stops.
    package func events(_ call: HTTPCall) -> AsyncThrowingStream<ServerSentEvent, any Error> {
        // A reader that falls this far behind is told so, not silently given less.
        AsyncThrowingStream(bufferingPolicy: .bufferingOldest(16_384)) { continuation in
            let transfer = Transfer(
                call, socketPath: socketPath,
                receiver: .events(
                    EventStreamParser(limit: call.replyLimit), silenceLimit: silenceLimit,
                    { event in
                        if case .enqueued = continuation.yield(event) { true } else { false }
                    }))
            let number = loop.submit(transfer) { result in
                switch result {
                case .success: continuation.finish()
                case .failure(let failure): continuation.finish(throwing: failure)
                }
            }
            // The stream holds the caller, whose end would end its loop.
            continuation.onTermination = { reason in
                if case .cancelled = reason { self.loop.cancel(number) }
            }
        }
    }
}
