import AgentWire
import Glibc

/// The agent's folder on its host's disk: the journal, the controller that may correct here, and how libvirt is
/// reached, all for the agent's own user alone.
package struct StateFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    package var corrections: String { "\(path)/corrections" }
    package var journalLock: String { "\(path)/journal.lock" }
    package var workLock: String { "\(path)/lock" }

    package var exists: Bool { access(corrections, R_OK | X_OK) == 0 }

    /// Makes what is missing, and takes everybody else's rights to it away. What is right already is left alone: a
    /// file system that can't be written must not keep the agent from the guests that it owes a start. A folder that
    /// others use too, such as /var/lib, keeps its mode: closing it would break them.
    package func prepare() throws(StateFault) {
        let isShared = try isShared()
        try DurableFile.makeFolder(corrections)
        for folder in isShared ? [corrections] : [path, corrections] {
            var facts = stat()
            if stat(folder, &facts) == 0, facts.st_mode & 0o7777 == 0o700, facts.st_uid == geteuid() { continue }
            guard chmod(folder, 0o700) == 0 || errno == EROFS else {
                throw .errno(
                    .unwritable, "restrict", folder,
                    remedy: "run as the user that owns it, or name another with --state")
            }
        }
    }

    /// Whether the folder holds what the agent did not make.
    /// - Throws: where it does, and others might put files there under the agent's names.
    private func isShared() throws(StateFault) -> Bool {
        let own = ["corrections", "journal.lock", "lock", Enrolment.file, HypervisorAddress.file]
        let names = Set(own + own.map { ".\($0).new" })
        do throws(StateFault) {
            guard try DurableFile.names(in: path).contains(where: { !names.contains($0) }) else { return false }
        } catch {
            guard error.code == .missing else { throw error }
            return false
        }
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw .errno(.unreadable, "look at", path) }
        guard facts.st_mode & 0o022 == 0, facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw StateFault(
                .unwritable, "\(path) holds other files, and others than user \(geteuid()) may write there",
                remedy: "name a folder of the agent's own with --state")
        }
        return true
    }

    /// - Returns: nil where there is no such document.
    package func read<Document: Decodable>(_ type: Document.Type, _ name: String) throws(StateFault) -> Document? {
        let file = "\(path)/\(name)"
        let bytes: [UInt8]
        do { bytes = try DurableFile.read(file, limit: 1 << 20) } catch {
            if error.code == .missing { return nil }
            throw error
        }
        do { return try WireCoding.decode(type, from: bytes) } catch {
            throw StateFault(.damaged, "\(file) is damaged", remedy: "look at it, and enrol this host again")
        }
    }

    package func write(_ document: some Encodable, _ name: String) throws(StateFault) {
        let bytes: [UInt8]
        do { bytes = try WireCoding.line(document) } catch {
            throw StateFault(.unwritable, "cannot write \(path)/\(name): \(error)")
        }
        try DurableFile.write(bytes, to: "\(path)/\(name)")
    }

    package func remove(_ name: String) throws(StateFault) {
        guard unlink("\(path)/\(name)") == 0 || errno == ENOENT else {
            throw .errno(.unwritable, "remove", "\(path)/\(name)")
        }
        try DurableFile.sync(folder: path)
    }
}
