import CCurl
import Glibc

/// One request on its way: libcurl's easy handle and what came back.
///
/// `@unchecked Sendable`: made by the caller, then handed to the loop's thread, which alone touches it from there on;
/// libcurl calls back on that thread.
final class Transfer: LoopTransfer, @unchecked Sendable {
    enum Receiver {
        case reply
        /// A reply whose body goes to somebody as it comes, where its status is 200; false ends the transfer.
        case body(@Sendable (UnsafeRawBufferPointer) -> Bool)
        /// How long nothing may come, and where events go: false ends the transfer.
        case events(EventStreamParser, silenceLimit: Duration, @Sendable (ServerSentEvent) -> Bool)
    }

    private let call: HTTPCall
    private let socketPath: String
    private var receiver: Receiver
    private var handle: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var refusal: HTTPCallFailure?
    /// When an event stream has been silent for too long. libcurl's own watch (CURLOPT_LOW_SPEED_TIME) averages over
    /// seconds and takes heartbeats for silence. Nil for replies, whose deadline libcurl keeps.
    private(set) var silentAt: ContinuousClock.Instant?

    init(_ call: HTTPCall, socketPath: String, receiver: Receiver) {
        self.call = call
        self.socketPath = socketPath
        self.receiver = receiver
    }

    deinit {
        if let handle { curl_easy_cleanup(handle) }
        curl_slist_free_all(headerList)
    }

    /// The easy handle, ready to run; nil where libcurl refuses one of its settings.
    func prepare() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        // libcurl does not refuse line ends: a header with one would be two.
        for header in call.headers where !(header.name + header.value).utf8.contains(where: { $0 < 0x20 && $0 != 9 }) {
            append("\(header.name): \(header.value)")
        }
        // A server that refuses a long body then says so before it is sent.
        append(call.body.count > 1 << 16 ? "Expect: 100-continue" : "Expect:")
        if !call.headers.contains(where: { $0.name.lowercased() == "content-type" }) { append("Content-Type:") }
        let this = Unmanaged.passUnretained(self).toOpaque()
        var results = [
            nestor_curl_set_text(handle, CURLOPT_URL, "http://nestord" + call.target),
            nestor_curl_set_text(handle, CURLOPT_UNIX_SOCKET_PATH, socketPath),
            nestor_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http"),
            // The environment's http_proxy is not for a socket of this machine.
            nestor_curl_set_text(handle, CURLOPT_PROXY, ""),
            nestor_curl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
            nestor_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            nestor_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList),
            nestor_curl_set_callback(handle, CURLOPT_WRITEFUNCTION, bodyArrived),
            nestor_curl_set_pointer(handle, CURLOPT_WRITEDATA, this),
            nestor_curl_set_callback(handle, CURLOPT_HEADERFUNCTION, headerArrived),
            nestor_curl_set_pointer(handle, CURLOPT_HEADERDATA, this),
        ]
        if !call.body.isEmpty || ["POST", "PUT", "PATCH"].contains(call.method) {
            results.append(
                nestor_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(call.body.count)))
            results.append(
                call.body.withUnsafeBytes {
                    nestor_curl_set_pointer(
                        handle, CURLOPT_COPYPOSTFIELDS,
                        // libcurl copies from it; an empty array has no address.
                        UnsafeMutableRawPointer(mutating: $0.baseAddress ?? UnsafeRawPointer(this)))
                })
        }
        if call.method == "HEAD" { results.append(nestor_curl_set_long(handle, CURLOPT_NOBODY, 1)) }
        results.append(nestor_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, call.method))
        switch receiver {
        case .reply, .body:
            results.append(nestor_curl_set_long(handle, CURLOPT_TIMEOUT_MS, call.deadline.milliseconds))
        case .events: silentAt = .now + call.deadline
        }
        return results.allSatisfy { $0 == CURLE_OK } ? handle : nil
    }

    private func append(_ header: String) { headerList = curl_slist_append(headerList, header) ?? headerList }

    /// What the transfer came to, once libcurl is done with it.
    func outcome(_ result: CURLcode) -> Result<HTTPReply, HTTPCallFailure> {
        if let refusal { return .failure(refusal) }
        let reply = HTTPReply(status: status, headers: headers, body: body)
        guard result == CURLE_OK else { return .failure(failure(result)) }
        if case .events = receiver, !isStream {
            return .failure(
                HTTPCallFailure(
                    .notAStream, "\(socketPath) answered \(status) where an event stream was wanted", reply: reply))
        }
        return .success(reply)
    }

    private var status: Int { handle.map { nestor_curl_long($0, CURLINFO_RESPONSE_CODE) } ?? 0 }

    private var isStream: Bool {
        status == 200
            && HTTPReply(status: status, headers: headers, body: []).header("Content-Type")?
                .hasPrefix("text/event-stream") == true
    }

    fileprivate func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        noteSound()
        headerBytes += bytes.count
        guard headerBytes <= 256 << 10 else { return refuse("its headers are longer than 256 KiB") }
        // "100 Continue" comes before the reply's own status line.
        guard !bytes.starts(with: "HTTP/".utf8) else {
            headers = []
            return true
        }
        let line = String(decoding: bytes, as: UTF8.self)
        guard let colon = line.firstIndex(of: ":") else { return true }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.append((String(line[..<colon]), String(value.prefix { !$0.isNewline })))
        return true
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        noteSound()
        if case .events(var parser, let silenceLimit, let yield) = receiver, isStream {
            do throws(EventStreamParser.EventTooLong) {
                let events = try parser.take(bytes)
                receiver = .events(parser, silenceLimit: silenceLimit, yield)
                return events.allSatisfy(yield) ? true : refuse("its events come faster than they are read")
            } catch {
                return refuse("one event is longer than \(call.replyLimit) bytes")
            }
        }
        if case .body(let take) = receiver, status == 200 {
            return take(bytes) || refuse("what came of it can't be written")
        }
        guard body.count + bytes.count <= call.replyLimit else {
            return refuse("the reply is longer than \(call.replyLimit) bytes")
        }
        body.append(contentsOf: bytes)
        return true
    }

    private func noteSound() {
        if case .events(_, let silenceLimit, _) = receiver { silentAt = .now + silenceLimit }
    }

    private func refuse(_ reason: String) -> Bool {
        refusal = HTTPCallFailure(.tooLong, "\(socketPath): \(reason)")
        return false
    }

    private func failure(_ result: CURLcode) -> HTTPCallFailure {
        let reason = handle.map { Int32(truncatingIfNeeded: nestor_curl_long($0, CURLINFO_OS_ERRNO)) } ?? 0
        switch (result, reason) {
        case (CURLE_COULDNT_CONNECT, ENOENT):
            return HTTPCallFailure(
                .socketMissing, "nestord is not running: there is no \(socketPath)",
                remedy: "start it, or name its socket")
        case (CURLE_COULDNT_CONNECT, EACCES), (CURLE_COULDNT_CONNECT, EPERM):
            return HTTPCallFailure(
                .permissionDenied, "you may not connect to \(socketPath)", remedy: "ask to join the socket's group")
        case (CURLE_COULDNT_CONNECT, ECONNREFUSED):
            return HTTPCallFailure(
                .refused, "nobody listens on \(socketPath): nestord has died", remedy: "start it again")
        case (CURLE_OPERATION_TIMEDOUT, _):
            if case .events(_, let silenceLimit, _) = receiver, !headers.isEmpty {
                return HTTPCallFailure(.timeout, "nothing came from \(socketPath) for \(silenceLimit)")
            }
            return HTTPCallFailure(.timeout, "\(socketPath) did not answer within \(call.deadline)")
        case (CURLE_GOT_NOTHING, _), (CURLE_RECV_ERROR, _), (CURLE_SEND_ERROR, _), (CURLE_PARTIAL_FILE, _):
            return HTTPCallFailure(.closed, "\(socketPath) closed the connection before its reply was whole")
        default:
            return HTTPCallFailure(.other, "\(socketPath): \(String(cString: curl_easy_strerror(result)))")
        }
    }
}

extension Duration {
    /// At least 1: zero means "no limit" to libcurl.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds.clampedMultiple(1000) + attoseconds / 1_000_000_000_000_000))
    }
}

extension Int64 {
    /// Bounded to what libcurl takes on a system of 32-bit `long`.
    fileprivate func clampedMultiple(_ factor: Int64) -> Int64 { Swift.min(self, 2_000_000) * factor }
}

private func bodyArrived(
    bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        .takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : -1
}

private func headerArrived(
    bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        .takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : -1
}
