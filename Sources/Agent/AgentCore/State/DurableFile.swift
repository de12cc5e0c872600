import Glibc

/// Files that are whole or not there: written beside their place, forced to disk, and moved into it.
package enum DurableFile {
    /// Replaces the file at `path`, readable by its owner alone. When this returns, the new content survives a power
    /// cut; when it throws, the old content stands.
    package static func write(_ bytes: [UInt8], to path: String) throws(StateFault) {
        let folder = parent(of: path)
        let temporary = "\(folder)/.\(path.split(separator: "/").last ?? "file").new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .errno(.unwritable, "write", temporary) }
        do {
            defer { close(file) }
            guard fchmod(file, 0o600) == 0 else { throw StateFault.errno(.unwritable, "restrict", temporary) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw StateFault.errno(.unwritable, "write", temporary) }
                rest = rest.dropFirst(count)
            }
            guard fsync(file) == 0 else { throw StateFault.errno(.unwritable, "write to disk", temporary) }
        }
        guard rename(temporary, path) == 0 else { throw .errno(.unwritable, "replace", path) }
        try sync(folder: folder)
    }

    /// The file's bytes.
    /// - Throws: `missing`, or `damaged` where it is longer than `limit`.
    package static func read(_ path: String, limit: Int) throws(StateFault) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .errno(.unreadable, "read", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 64 << 10))
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .errno(.unreadable, "read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw StateFault(.damaged, "\(path) is longer than \(limit) bytes") }
        }
    }

    package static func sync(folder: String) throws(StateFault) {
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw .errno(.unreadable, "open", folder) }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw .errno(.unwritable, "write to disk", folder) }
    }

    /// What is in a folder, without `.` and `..`, in no order.
    package static func names(in folder: String) throws(StateFault) -> [String] {
        guard let handle = opendir(folder) else { throw .errno(.unreadable, "read", folder) }
        defer { closedir(handle) }
        var names: [String] = []
        while let item = readdir(handle) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes the folder and those above it, for their owner alone.
    package static func makeFolder(_ path: String) throws(StateFault) {
        if mkdir(path, 0o700) == 0 { return }
        if errno == ENOENT, path.contains("/"), parent(of: path) != path {
            try makeFolder(parent(of: path))
            if mkdir(path, 0o700) == 0 { return }
        }
        guard errno == EEXIST else { throw .errno(.unwritable, "make", path) }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
