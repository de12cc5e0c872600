import Glibc

/// Why the agent's state on disk could not be read or written.
package struct StateFault: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case missing, unreadable, unwritable, damaged, unenrolled
    }

    package var code: Code
    package var sentence: String
    package var remedy: String

    package init(_ code: Code, _ sentence: String, remedy: String = "") {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }

    /// A failed system call.
    static func errno(_ code: Code, _ what: String, _ path: String, remedy: String = "") -> StateFault {
        let number = Glibc.errno
        let reason = String(cString: strerror(number))
        return StateFault(number == ENOENT ? .missing : code, "cannot \(what) \(path): \(reason)", remedy: remedy)
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
