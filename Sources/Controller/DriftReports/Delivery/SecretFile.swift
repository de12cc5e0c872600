import Glibc

/// A file with one line that nobody else may see. It is read at each use, so that a changed one counts at once; what is
/// in it is never part of a failure.
struct SecretFile {
    let path: String

    /// Of a key, in bytes.
    static let shortest = 16
    private static let longest = 8_192

    func line() throws(DeliveryFailure) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw DeliveryFailure(
                "'\(path)' can't be read: \(String(cString: strerror(errno)))",
                remedy: "it has to be there and readable for nestord's user")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DeliveryFailure("'\(path)' is no regular file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw DeliveryFailure("everybody may read or write '\(path)'", remedy: "chmod o= \(path)")
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.longest) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" { text.unicodeScalars.removeLast() }
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
            throw DeliveryFailure("'\(path)' holds no line of text", remedy: "write the secret on one line")
        }
        return String(text)
    }
}
