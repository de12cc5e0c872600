/// Why a listener could not start. Decide by `code`; the sentence is for people.
package struct HTTPServingFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Stable names.
    package enum Code: String, Sendable, Hashable {
        /// A live server answers on the socket.
        case socketInUse = "socket-in-use"
        /// Something that is not a socket lies at the path.
        case notASocket = "not-a-socket"
        case pathTooLong = "socket-path-too-long"
        /// The system refused; the sentence carries its reason.
        case system = "listener-system"
        /// The server was started before.
        case started = "listener-started"
    }

    package var code: Code
    /// In lower case, naming the thing.
    package var sentence: String
    /// What a person can do about it; empty where nothing is known.
    package var remedy: String

    package init(_ code: Code, _ sentence: String, remedy: String = "") {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
