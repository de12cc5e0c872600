import FleetControl
import FoundationEssentials
import Glibc
import LibSSHTransport
import SecureShell
import StructuredLog

/// The controller's folder, held by one process at a time.
final class StateFolder {
    let path: String
    private let lock: Int32
    /// Forces a descriptor's file or folder to disk, as fsync(2).
    private let sync: (Int32) -> Int32

    /// Makes the folder where it is missing, takes everybody else's rights to it away, and locks it.
    init(path: String, log: Log, sync: @escaping (Int32) -> Int32 = fsync) throws(StartFailure) {
        self.path = path
        self.sync = sync
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartFailure("the state folder '\(path)' cannot be made: \(error)", remedy: "set state.directory")
        }
        try Self.tighten(path, log)
        let lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw StartFailure(
                "the state folder '\(path)' cannot be written: \(String(cString: strerror(errno)))",
                remedy: "run nestord as the user that it belongs to")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw StartFailure(
                "another nestord holds the state folder '\(path)'",
                remedy: "stop that one first, or set state.directory")
        }
        self.lock = lock
    }

    deinit { close(lock) }

    /// A folder that somebody else made, or a backup brought back, may be open to others; the keys in it open hosts.
    private static func tighten(_ path: String, _ log: Log) throws(StartFailure) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            throw StartFailure(
                "the state folder '\(path)' cannot be looked at: \(String(cString: strerror(errno)))",
                remedy: "set state.directory")
        }
        let mode = facts.st_mode & 0o777
        guard mode != 0o700 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // Closing a folder that is others' too, such as /var/lib, would break them.
        guard names.isEmpty || names.contains("report.key") || names.contains("nestor.db") else {
            throw StartFailure(
                "'\(path)' is open to others (mode 0\(String(mode, radix: 8))) and holds files that are not nestord's",
                remedy: "set state.directory to a folder of nestord's own")
        }
        let shown = "0" + String(mode, radix: 8)
        guard chmod(path, 0o700) == 0 else {
            throw StartFailure(
                "the state folder '\(path)' has mode \(shown), not 0700, and keeps it: "
                    + String(cString: strerror(errno)),
                remedy: "run nestord as the user that it belongs to, or set state.directory")
        }
        log.warning(
            "the state folder was not its owner's alone, and is now", ["path": path, "was": shown, "mode": "0700"])
    }

    /// The controller's two keys, made at the first start. They are on the disk when this returns, before hosts and the
    /// store are told of them: after a power cut nobody could make the same again.
    func keys() throws(StartFailure) -> ControllerKeys {
        let report = try key("report")
        let correct = try key("correct")
        try syncFolder()
        return ControllerKeys(
            report: report.privateKey, correct: correct.privateKey, reportPublic: report.publicKey,
            correctPublic: correct.publicKey)
    }

    private func key(_ name: String) throws(StartFailure) -> KeyPair {
        let file = "\(path)/\(name).key"
        do {
            if !FileManager.default.fileExists(atPath: file) {
                try write(try KeyPair.newPrivateKey(), to: file)
            }
            return try KeyPair(
                text: String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self), path: file)
        } catch let failure as StartFailure {
            throw failure
        } catch {
            throw StartFailure("the key '\(file)' cannot be used: \(error)", remedy: "")
        }
    }
}

extension StateFolder {
    /// Writes a key beside its place first: a start that is cut off must not leave half a key.
    private func write(_ text: String, to file: String) throws(StartFailure) {
        let fresh = file + ".new"
        // A start that was cut off may have left one.
        unlink(fresh)
        let key = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard key >= 0 else { throw unwritten(file) }
        do {
            defer { close(key) }
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(key, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw unwritten(file) }
                rest = rest.dropFirst(count)
            }
            guard sync(key) == 0 else { throw unwritten(file) }
        }
        guard rename(fresh, file) == 0 else { throw unwritten(file) }
    }

    /// Also where the keys were there: the start that made them may have ended before this.
    private func syncFolder() throws(StartFailure) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw unwritten(path) }
        defer { close(folder) }
        guard sync(folder) == 0 else { throw unwritten(path) }
    }

    /// By `errno`.
    private func unwritten(_ file: String) -> StartFailure {
        StartFailure(
            "'\(file)' cannot be written to the disk: \(String(cString: strerror(errno)))",
            remedy: "see the disk's room and state, and who may write there")
    }
}

/// Why the daemon does not start.
struct StartFailure: Error, CustomStringConvertible {
    var sentence: String
    var remedy: String

    init(_ sentence: String, remedy: String) {
        self.sentence = sentence
        self.remedy = remedy
    }

    var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
