import FleetDocuments
import Foundation
import Glibc

/// Files as people name them: read whole, and as UTF-8 or not at all.
enum TextFile {
    /// More is no file that anybody wrote; a device would never end.
    private static let longest = 64 << 20

    /// - Parameter name: `-` is standard input.
    static func read(_ name: String) throws(UnreadableText) -> String {
        let bytes = try bytes(name)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw UnreadableText("line \((line ?? 0) + 1) is no UTF-8 text; save it as UTF-8")
        }
        return text
    }

    /// The YAML files of a folder, by name; hidden ones are an editor's.
    static func yamlFiles(in folder: String) throws(UnreadableText) -> [String] {
        guard let entries = opendir(folder) else { throw UnreadableText(reason(errno)) }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), name.hasSuffix(".yaml") || name.hasSuffix(".yml") { names.append(name) }
        }
        return names.sorted().map { folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)" }
    }

    static func isFolder(_ name: String) -> Bool {
        var isFolder = false
        return name != "-" && FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) && isFolder
    }

    private static func bytes(_ name: String) throws(UnreadableText) -> [UInt8] {
        // Standard input is often a pipe, which can't be opened again by a path everywhere.
        let file = name == "-" ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw UnreadableText(reason(errno)) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw UnreadableText(reason(errno)) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= longest else { throw UnreadableText("it is longer than \(longest >> 20) MiB") }
        }
    }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT: "it is not there"
        case EACCES, EPERM: "you may not read it"
        case EISDIR: "it is a folder"
        case ENOTDIR: "a part of its path is no folder"
        case ELOOP: "its symbolic links go round in a circle"
        case EBADF: "it is closed"
        default: String(cString: strerror(number))
        }
    }
}
