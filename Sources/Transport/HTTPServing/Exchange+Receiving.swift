import CMicroHTTPD
import Synchronization

extension Exchange {
    /// What libmicrohttpd's thread does next with a request.
    enum Step {
        /// Wait for more.
        case proceed
        /// The body is whole.
        case handle
        case respond(HTTPResponse, EventChannel?)
        /// Drop the connection.
        case cut
    }

    /// Takes what libmicrohttpd has: nothing (the headers are there, or an answer is wanted), or a piece of the body.
    /// - Parameter bodyLimit: a longer body is answered 413.
    func receive(
        method: String, piece: UnsafeRawBufferPointer, bodyLimit: Int, isStopping: Bool
    ) -> Step {
        state.withLock { state in
            switch state.phase {
            case .opened:
                let headers = Self.headers(of: connection)
                let refusal: HTTPResponse? =
                    if isStopping {
                        Self.stopping
                    } else if let length = headers["Content-Length"].flatMap({ UInt64($0) }), length > bodyLimit,
                        // A client that waits for "100 Continue" has sent nothing yet. Another is in the middle of
                        // sending: closing now could lose the answer, so a bounded rest is read and dropped first.
                        headers["Expect"] != nil || length > Self.longestDiscarded(bodyLimit)
                    {
                        .plain(413, "the body has \(length) bytes; at most \(bodyLimit) are taken")
                    } else {
                        nil
                    }
                if let refusal {
                    state.phase = .responding
                    return .respond(refusal, nil)
                }
                guard let target = RequestTarget(target) else {
                    state.phase = .responding
                    return .respond(.plain(400, "the request target cannot be read"), nil)
                }
                state.request = HTTPRequest(
                    method: method, target: target, headers: headers, peer: Self.peer(of: connection))
                state.phase = .reading
                return .proceed
            case .reading where !piece.isEmpty:
                take(piece, bodyLimit: bodyLimit, &state)
                return state.discarded > Self.longestDiscarded(bodyLimit) ? .cut : .proceed
            case .reading:
                guard let refusal = state.refusal else { return .handle }
                state.phase = .responding
                return .respond(refusal, nil)
            case .answered(let response):
                state.phase = .responding
                return .respond(response, state.channel)
            case .handling, .responding, .ended:
                return .proceed
            }
        }
    }

    /// Keeps a piece of the body, or drops it and what came before.
    private func take(_ piece: UnsafeRawBufferPointer, bodyLimit: Int, _ state: inout State) {
        if state.refusal == nil, state.reserved + piece.count > bodyLimit {
            state.refusal = .plain(413, "the body is too long; at most \(bodyLimit) bytes are taken")
        } else if state.refusal == nil, !budget.reserve(piece.count) {
            state.refusal = .plain(503, "too many long requests at once")
        }
        guard state.refusal != nil else {
            state.reserved += piece.count
            state.request?.body.append(contentsOf: piece)
            return
        }
        state.request?.body = []
        budget.release(state.reserved)
        state.reserved = 0
        state.discarded += piece.count
    }

    private static func longestDiscarded(_ bodyLimit: Int) -> Int { max(4 * bodyLimit, 1 << 20) }

    private static func headers(of connection: OpaquePointer) -> HTTPHeaders {
        var headers = HTTPHeaders()
        withUnsafeMutablePointer(to: &headers) { pointer in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    guard let name else { return .YES }
                    context?.assumingMemoryBound(to: HTTPHeaders.self).pointee.fields.append(
                        .init(name: String(cString: name), value: value.map { String(cString: $0) } ?? ""))
                    return .YES
                }, pointer)
        }
        return headers
    }

    private static func peer(of connection: OpaquePointer) -> HTTPRequest.Peer? {
        var peer = nestor_peer()
        guard nestor_mhd_peer(connection, &peer) == 0 else { return nil }
        return HTTPRequest.Peer(uid: peer.uid, gid: peer.gid, pid: peer.pid)
    }
}
