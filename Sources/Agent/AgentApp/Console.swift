import Glibc

/// Standard output and error, unbuffered.
enum Console {
    static func print(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    /// An error and its remedy.
    static func complain(_ sentence: String) { write(Array("nestor-agent: \(sentence)\n".utf8), to: STDERR_FILENO) }

    static func write(_ bytes: [UInt8], to file: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
