import CCurl
import Glibc

/// A webhook's POST on its way.
///
/// `@unchecked Sendable`: made by the caller, then handed to the loop's thread, which alone touches it from there on;
/// libcurl calls back on that thread.
final class WebTransfer: LoopTransfer, @unchecked Sendable {
    /// Of the reply, what is kept.
    private static let replyLimit = 4_096
    /// Of the reply, what is read: one that goes on is cut off, and its status counts.
    private static let readLimit = 1 << 18

    private let call: WebCall
    private var handle: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var received = 0
    /// Gives what is sent next.
    private var source: (() -> [UInt8]?)?
    private var piece: ArraySlice<UInt8> = []

    var silentAt: ContinuousClock.Instant? { nil }

    init(_ call: WebCall) { self.call = call }

    deinit {
        if let handle { curl_easy_cleanup(handle) }
        curl_slist_free_all(headerList)
    }

    func prepare() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        // libcurl does not refuse line ends: a header with one would be two.
        for header in call.headers where !(header.name + header.value).utf8.contains(where: { $0 < 0x20 }) {
            append("\(header.name): \(header.value)")
        }
        append("Expect:")
        let this = Unmanaged.passUnretained(self).toOpaque()
        var results = [
            nestor_curl_set_text(handle, CURLOPT_URL, call.url),
            nestor_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            nestor_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            nestor_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            nestor_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            nestor_curl_set_long(handle, CURLOPT_TIMEOUT_MS, call.deadline.milliseconds),
            nestor_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList),
            nestor_curl_set_callback(handle, CURLOPT_WRITEFUNCTION, replyArrived),
            nestor_curl_set_pointer(handle, CURLOPT_WRITEDATA, this),
            nestor_curl_set_long(handle, CURLOPT_POST, 1),
            nestor_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(call.body.length)),
            nestor_curl_set_callback(handle, CURLOPT_READFUNCTION, bodyWanted),
            nestor_curl_set_pointer(handle, CURLOPT_READDATA, this),
            // A connection that was kept open and is gone by now: libcurl opens another one, and begins again.
            nestor_curl_set_seek(handle, bodyWantedAgain, this),
        ]
        if call.isLocal { results.append(nestor_curl_set_text(handle, CURLOPT_PROXY, "")) }
        if let file = call.authorityFile { results.append(nestor_curl_set_text(handle, CURLOPT_CAINFO, file)) }
        return results.allSatisfy { $0 == CURLE_OK } ? handle : nil
    }

    private func append(_ header: String) { headerList = curl_slist_append(headerList, header) ?? headerList }

    func outcome(_ result: CURLcode) -> Result<HTTPReply, HTTPCallFailure> {
        let status = handle.map { nestor_curl_long($0, CURLINFO_RESPONSE_CODE) } ?? 0
        let isCutOff = result == CURLE_WRITE_ERROR && received > Self.readLimit
        guard result == CURLE_OK || isCutOff else { return .failure(failure(result)) }
        let pause = handle.map(nestor_curl_retry_after) ?? 0
        return .success(
            HTTPReply(status: status, headers: [], body: body, retryAfter: pause > 0 ? Int(pause) : nil))
    }

    /// - Returns: whether more is wanted.
    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        body.append(contentsOf: bytes.prefix(Self.replyLimit - body.count))
        return received <= Self.readLimit
    }

    fileprivate func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let source = source ?? call.body.open()
        self.source = source
        while piece.isEmpty {
            guard let next = source() else { return 0 }
            piece = next[...]
        }
        let part = piece.prefix(buffer.count)
        buffer.copyBytes(from: part)
        piece = piece.dropFirst(part.count)
        return part.count
    }

    fileprivate func rewind() { (source, piece) = (nil, []) }

    private func failure(_ result: CURLcode) -> HTTPCallFailure {
        let reason = String(cString: curl_easy_strerror(result)).lowercased()
        switch result {
        case CURLE_OPERATION_TIMEDOUT:
            return HTTPCallFailure(.timeout, "\(call.origin) did not answer within \(call.deadline)")
        case CURLE_COULDNT_CONNECT:
            return HTTPCallFailure(.refused, "\(call.origin) can't be connected to", remedy: "see whether it runs")
        case CURLE_COULDNT_RESOLVE_HOST:
            return HTTPCallFailure(.other, "the name of \(call.origin) is not known", remedy: "look at the url")
        case CURLE_PEER_FAILED_VERIFICATION:
            return HTTPCallFailure(
                .other, "the certificate of \(call.origin) is not trusted",
                remedy: "name its authority's certificate as ca-file")
        case CURLE_SSL_CACERT_BADFILE:
            return HTTPCallFailure(
                .other, "the ca-file '\(call.authorityFile ?? "")' can't be read", remedy: "it has to be PEM")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            return HTTPCallFailure(.closed, "\(call.origin) closed the connection before its reply was whole")
        default: return HTTPCallFailure(.other, "\(call.origin): \(reason)")
        }
    }
}

private func replyArrived(
    bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let goesOn = Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue()
        .take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return goesOn ? size * count : 0
}

private func bodyWanted(
    buffer: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue()
        .fill(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}

/// libcurl asks for nothing but the beginning.
private func bodyWantedAgain(context: UnsafeMutableRawPointer?, offset: curl_off_t, origin: Int32) -> Int32 {
    guard let context, offset == 0, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
    Unmanaged<WebTransfer>.fromOpaque(context).takeUnretainedValue().rewind()
    return CURL_SEEKFUNC_OK
}
