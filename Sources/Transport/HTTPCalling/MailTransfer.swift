import CCurl
import Glibc
import HumanText

/// A message on its way to a mail server.
///
/// `@unchecked Sendable`: made by the caller, then handed to the loop's thread, which alone touches it from there on;
/// libcurl calls back on that thread.
final class MailTransfer: LoopTransfer, @unchecked Sendable {
    private let call: MailCall
    private var handle: UnsafeMutableRawPointer?
    private var addresses: UnsafeMutablePointer<curl_slist>?
    private var sent = 0
    /// The last line of the server's that refused something; empty where none did.
    private var refusal = ""

    private static let remedy = "look at from and to; an address that is no more is to be taken from the list"

    var silentAt: ContinuousClock.Instant? { nil }

    init(_ call: MailCall) { self.call = call }

    deinit {
        if let handle { curl_easy_cleanup(handle) }
        curl_slist_free_all(addresses)
    }

    func prepare() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        addresses = curl_slist_append(nil, "<\(call.to)>")
        let this = Unmanaged.passUnretained(self).toOpaque()
        let scheme = call.security == .implicit ? "smtps" : "smtp"
        var results = [
            nestor_curl_set_text(handle, CURLOPT_URL, "\(scheme)://\(call.origin)"),
            nestor_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            // An HTTP proxy of the environment's is not for mail.
            nestor_curl_set_text(handle, CURLOPT_PROXY, ""),
            nestor_curl_set_long(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)),
            nestor_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            nestor_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            nestor_curl_set_long(handle, CURLOPT_TIMEOUT_MS, call.deadline.milliseconds),
            nestor_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(call.from)>"),
            nestor_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, addresses),
            nestor_curl_set_long(handle, CURLOPT_UPLOAD, 1),
            nestor_curl_set_callback(handle, CURLOPT_READFUNCTION, messageWanted),
            nestor_curl_set_pointer(handle, CURLOPT_READDATA, this),
            nestor_curl_set_callback(handle, CURLOPT_HEADERFUNCTION, lineArrived),
            nestor_curl_set_pointer(handle, CURLOPT_HEADERDATA, this),
        ]
        if let login = call.login {
            results.append(nestor_curl_set_text(handle, CURLOPT_USERNAME, login.user))
            results.append(nestor_curl_set_text(handle, CURLOPT_PASSWORD, login.password))
        }
        if let file = call.authorityFile { results.append(nestor_curl_set_text(handle, CURLOPT_CAINFO, file)) }
        return results.allSatisfy { $0 == CURLE_OK } ? handle : nil
    }

    func outcome(_ result: CURLcode) -> Result<HTTPReply, HTTPCallFailure> {
        let code = handle.map { nestor_curl_long($0, CURLINFO_RESPONSE_CODE) } ?? 0
        guard result == CURLE_OK else { return .failure(failure(result, code)) }
        return .success(HTTPReply(status: code, headers: [], body: []))
    }

    fileprivate func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = call.message[sent...].prefix(buffer.count)
        buffer.copyBytes(from: piece)
        sent += piece.count
        return piece.count
    }

    /// A line that the server said: only what refuses is kept, and of that no more than a person reads.
    fileprivate func hear(_ line: UnsafeRawBufferPointer) {
        guard let first = line.first, first == UInt8(ascii: "4") || first == UInt8(ascii: "5") else { return }
        refusal = ShownText.escaped(
            String(decoding: line, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? "",
            limit: 200)
    }

    private func failure(_ result: CURLcode, _ code: Int) -> HTTPCallFailure {
        switch result {
        case CURLE_OPERATION_TIMEDOUT:
            return HTTPCallFailure(.timeout, "\(call.origin) did not take the message within \(call.deadline)")
        case CURLE_COULDNT_CONNECT:
            return HTTPCallFailure(.refused, "\(call.origin) can't be connected to", remedy: "see whether it runs")
        case CURLE_COULDNT_RESOLVE_HOST:
            return HTTPCallFailure(.other, "the name of \(call.origin) is not known", remedy: "look at server")
        case CURLE_USE_SSL_FAILED:
            return HTTPCallFailure(
                .other, "\(call.origin) offers no TLS, and nothing is sent in the clear",
                remedy: "switch STARTTLS on there, or write tls: implicit and its port")
        case CURLE_PEER_FAILED_VERIFICATION:
            return HTTPCallFailure(
                .other, "the certificate of \(call.origin) is not trusted",
                remedy: "name its authority's certificate as ca-file")
        case CURLE_LOGIN_DENIED:
            return HTTPCallFailure(
                .other, "\(call.origin) refuses the login (\(code))", remedy: "look at user and password-file")
        case _ where !refusal.isEmpty:
            return HTTPCallFailure(
                .other, "\(call.origin) refuses the message: \(refusal)",
                remedy: refusal.hasPrefix("4") ? "" : Self.remedy)
        default:
            let reason = String(cString: curl_easy_strerror(result)).lowercased()
            return HTTPCallFailure(.other, "\(call.origin): \(reason)\(code > 0 ? " (\(code))" : "")")
        }
    }
}

private func lineArrived(
    bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
        .hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

private func messageWanted(
    buffer: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
        .fill(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}
