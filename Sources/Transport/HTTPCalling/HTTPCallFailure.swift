/// Why a call brought no reply. Decide by `code`; the sentence is for people.
package struct HTTPCallFailure: Error, Sendable, CustomStringConvertible {
    /// Stable names.
    package enum Code: String, Sendable, Hashable {
        /// There is no socket file: the server is not running, or listens elsewhere.
        case socketMissing = "socket-missing"
        case permissionDenied = "socket-permission-denied"
        /// The socket is there, but nobody listens.
        case refused = "connection-refused"
        case timeout
        case tooLong = "reply-too-long"
        /// The connection ended before the reply did.
        case closed = "connection-closed"
        /// An event stream was answered by something else: see `reply`.
        case notAStream = "not-an-event-stream"
        /// The caller's task was cancelled.
        case cancelled
        /// Anything else; the sentence carries the library's reason.
        case other = "call-failed"
    }

    package var code: Code
    /// In lower case, naming the socket.
    package var sentence: String
    /// What a person can do about it; empty where nothing is known.
    package var remedy: String
    /// What the server said instead of a stream, for `notAStream`.
    package var reply: HTTPReply?

    package init(_ code: Code, _ sentence: String, remedy: String = "", reply: HTTPReply? = nil) {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.reply = reply
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
