import CHostProbe
import NestingModel

/// A machine's files under a root: this machine's own, or a copied tree of another's.
///
/// Everything read through it is bounded, never blocks, and can't leave the root. A file is known, absent (looked for
/// on a live machine, and not there) or unknown with the reason; what a copied tree lacks is unknown, since whoever
/// copied it may have left it out.
struct HostTree: Sendable {
    let root: String
    /// Whether this is the running machine's own tree.
    let live: Bool

    /// The most that an ordinary file may hold, in bytes.
    static let fileLimit = 4 << 20

    /// What is at a path.
    struct Entry: Sendable, Equatable {
        enum Kind: Sendable { case file, folder, characterDevice, other }
        var kind: Kind
        /// Permission bits.
        var mode: UInt32
        var owner: UInt32
        var group: UInt32
    }

    func bytes(_ path: String, limit: Int = fileLimit) -> Fact<[UInt8]> {
        var buffer: UnsafeMutablePointer<UInt8>?
        var count = 0
        let outcome = nestor_read(root, path, limit, &buffer, &count)
        defer { nestor_free(buffer) }
        guard outcome == NESTOR_OK, let buffer else {
            return failure(outcome, path, tooLarge: "is larger than \(limit) bytes")
        }
        return .known([UInt8](UnsafeBufferPointer(start: buffer, count: count)))
    }

    /// The whole file, with what is not UTF-8 replaced.
    func text(_ path: String) -> Fact<String> {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The one value that a file holds: its first line, fit to be shown.
    func value(_ path: String) -> Fact<String> {
        switch bytes(path) {
        case .known(let bytes):
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
            return HostText.value(line, of: path)
        case .absent: return .absent
        case .unknown(let reason): return .unknown(reason)
        }
    }

    /// The names in a folder, sorted by their bytes.
    func names(_ path: String, limit: Int = 1 << 20) -> Fact<[String]> {
        var buffer: UnsafeMutablePointer<UInt8>?
        var count = 0
        let outcome = nestor_list(root, path, limit, &buffer, &count)
        defer { nestor_free(buffer) }
        guard outcome == NESTOR_OK, let buffer else { return failure(outcome, path, tooLarge: "has too many entries") }
        let names = UnsafeBufferPointer(start: buffer, count: count)
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return .known(names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    func entry(_ path: String) -> Fact<Entry> {
        var entry = nestor_entry()
        let outcome = nestor_look(root, path, &entry)
        guard outcome == NESTOR_OK else { return failure(outcome, path, tooLarge: "is too large") }
        let kind: Entry.Kind =
            switch entry.kind {
            case NESTOR_FILE: .file
            case NESTOR_DIRECTORY: .folder
            case NESTOR_CHARACTER_DEVICE: .characterDevice
            default: .other
            }
        return .known(Entry(kind: kind, mode: entry.mode, owner: entry.owner, group: entry.group))
    }

    func exists(_ path: String) -> Bool { entry(path).value != nil }

    private func failure<Value>(_ outcome: nestor_outcome, _ path: String, tooLarge: String) -> Fact<Value> {
        switch outcome {
        case NESTOR_MISSING: live ? .absent : .unknown("\(path) is not in the copied tree")
        case NESTOR_DENIED: .unknown("\(path) is not readable by the agent's user")
        case NESTOR_LOOP: .unknown("\(path) leads through too many symbolic links or folders")
        case NESTOR_IS_DIRECTORY: .unknown("\(path) is a folder, not a file")
        case NESTOR_NOT_DIRECTORY: .unknown("\(path) is not a folder")
        case NESTOR_SPECIAL: .unknown("\(path) is a device, pipe or socket, not a file")
        case NESTOR_TOO_LARGE: .unknown("\(path) \(tooLarge)")
        default: .unknown("\(path) could not be read")
        }
    }
}
