import ControllerAPI
import Glibc

/// Writes a document into a folder: beside it first, on the disk, and only then under its name, so that whoever reads
/// the folder sees all of it or none.
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
        let file = parcel.fileName(of: parcel.format)
        let name = "\(folder)/\(file)"
        let fresh = "\(folder)/.\(file).new"
        do throws(DeliveryFailure) {
            try fill(fresh, parcel)
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

    private func fill(_ path: String, _ parcel: ReportParcel) throws(DeliveryFailure) {
        // O_NOFOLLOW and a fresh file: nobody else's link is written through.
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard file >= 0 else {
            throw DeliveryFailure(
                "'\(path)' can't be made: \(reason())",
                remedy: "the folder has to be writable for nestord's user, and under systemd named in ReadWritePaths=")
        }
        defer { close(file) }
        // Whoever may read the fleet over the socket may read its reports: the group, whatever the umask.
        fchmod(file, 0o640)
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
