import ControllerAPI
import Glibc

/// Writes a document into a folder: beside it first, on the disk, and only then under its name, so that whoever reads
/// the folder sees all of it or none. What is unfinished has a name of its own delivery's, since several recipients may
/// share a folder, and is locked: what nobody holds was left by somebody who was killed.
struct FileDelivery {
    let folder: String

    func write(_ parcel: ReportParcel) throws(DeliveryFailure) {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw DeliveryFailure(
                "the folder '\(folder)' is not there: \(reason())", remedy: "make it, writable for nestord's user")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw DeliveryFailure("'\(folder)' is no folder", remedy: "name a folder, or put the file away")
        }
        let name = "\(folder)/\(parcel.fileName(of: parcel.format))"
        clearAway()
        let (file, fresh) = try create(parcel.id)
        defer { close(file) }
        do throws(DeliveryFailure) {
            try fill(file, fresh, parcel)
            guard rename(fresh, name) == 0 else { throw DeliveryFailure("'\(name)' can't be written: \(reason())") }
        } catch {
            unlink(fresh)
            throw error
        }
        // The name itself is on the disk only when its folder is.
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private static let (prefix, suffix) = (".nestor-", ".new")

    /// Removes what others left unfinished.
    private func clearAway() {
        guard let entries = opendir(folder) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { continue }
            let file = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else { continue }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { unlink("\(folder)/\(name)") }
            close(file)
        }
    }

    /// A fresh file that is held until it is closed.
    private func create(_ id: String) throws(DeliveryFailure) -> (file: Int32, path: String) {
        for _ in 1...100 {
            // Whoever clears away before it is locked takes it for a leftover: then another one is made, by another name,
            // since that one may still be about to go.
            let path = "\(folder)/\(Self.prefix)\(id).\(UInt32.random(in: 0 ... .max))\(Self.suffix)"
            if let file = try tryToCreate(path) { return (file, path) }
        }
        throw DeliveryFailure(
            "what is written into '\(folder)' is cleared away again and again", remedy: "see who writes there")
    }

    private func tryToCreate(_ path: String) throws(DeliveryFailure) -> Int32? {
        // O_NOFOLLOW and a fresh file: nobody else's link is written through.
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard file >= 0 else {
            throw DeliveryFailure(
                "'\(path)' can't be made: \(reason())",
                remedy: "the folder has to be writable for nestord's user, and under systemd named in ReadWritePaths=")
        }
        var status = stat()
        // A file system without locks lets nobody clear away.
        guard flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK, fstat(file, &status) == 0,
            status.st_nlink > 0
        else {
            close(file)
            return nil
        }
        // Whoever may read the fleet over the socket may read its reports: the group, whatever the umask.
        fchmod(file, 0o640)
        return file
    }

    private func fill(_ file: Int32, _ path: String, _ parcel: ReportParcel) throws(DeliveryFailure) {
        var failure: DeliveryFailure?
        var buffer: [UInt8] = []
        func flush() {
            var rest = buffer[...]
            while !rest.isEmpty, failure == nil {
                let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    failure = DeliveryFailure("'\(path)' can't be written: \(reason())")
                }
            }
            buffer.removeAll(keepingCapacity: true)
        }
        ReportRendering.write(parcel.run, as: parcel.format) { piece in
            guard failure == nil else { return }
            buffer += piece.utf8
            if buffer.count >= 1 << 16 { flush() }
        }
        flush()
        if failure == nil, fsync(file) != 0 { failure = DeliveryFailure("'\(path)' can't be written: \(reason())") }
        if let failure { throw failure }
    }

    private func reason() -> String { String(cString: strerror(errno)) }
}
