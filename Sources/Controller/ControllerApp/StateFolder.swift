import FleetControl
import FoundationEssentials
import Glibc
import LibSSHTransport
import SecureShell

/// The controller's folder, held by one process at a time.
final class StateFolder {
    let path: String
    private let lock: Int32

    /// Makes the folder where it is missing, and locks it.
    init(path: String) throws(StartFailure) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartFailure("the state folder '\(path)' cannot be made: \(error)", remedy: "set state.directory")
        }
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

    /// The controller's two keys, made at the first start.
    func keys() throws(StartFailure) -> ControllerKeys {
        let report = try key("report")
        let correct = try key("correct")
        return ControllerKeys(
            report: report.privateKey, correct: correct.privateKey, reportPublic: report.publicKey,
            correctPublic: correct.publicKey)
    }

    private func key(_ name: String) throws(StartFailure) -> KeyPair {
        let file = "\(path)/\(name).key"
        do {
            if !FileManager.default.fileExists(atPath: file) {
                let text = try KeyPair.newPrivateKey()
                // Written beside it first: a start that is cut off must not leave half a key.
                let fresh = file + ".new"
                guard
                    FileManager.default.createFile(
                        atPath: fresh, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]),
                    rename(fresh, file) == 0
                else { throw StartFailure("the key '\(file)' cannot be written", remedy: "look at its folder") }
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
