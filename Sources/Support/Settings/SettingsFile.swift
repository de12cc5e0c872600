import Glibc
import HumanText

/// A settings file's text and the name that faults give it.
package struct SettingsFile: Sendable {
    /// A larger one is refused: settings are a page or two.
    package static let longest = 1 << 20

    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        (self.name, self.bytes) = (name, bytes)
    }

    /// Reads at most a byte more than `longest`, which is enough to refuse the file.
    package init(path: String) throws(SettingsFaults) {
        // Without O_NONBLOCK a pipe in the file's place would hold the start for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.fault(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= Self.longest {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.fault(path, errno) }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        self.init(name: path, bytes: bytes)
    }

    private static func fault(_ path: String, _ code: Int32) -> SettingsFaults {
        let reason = String(cString: strerror(code)).lowercased()
        let remedy = code == ENOENT ? "name a file that exists" : "let this user read it"
        return SettingsFaults([SettingsFault(ShownText.escaped(path, limit: 200), "cannot be read: \(reason)", remedy)])
    }
}
