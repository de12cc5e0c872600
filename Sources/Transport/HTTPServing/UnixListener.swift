import Glibc

/// A listening Unix socket at a path, which it removes again when it is closed.
struct UnixListener: Sendable {
    let descriptor: Int32
    /// The file that we made: another server's is left alone. Nil for a passed socket, whose file is the manager's.
    private let file: (path: String, device: dev_t, inode: ino_t)?

    /// Binds and listens. The file of a server that died is replaced; one that answers is not.
    ///
    /// The folder must exist, with a mode that keeps others out: between `connect` and `unlink` another process could
    /// step in.
    /// - Parameter mode: the file's permissions; write permission lets a user connect (unix(7)).
    init(path: String, mode: UInt32, backlog: Int32 = 512) throws(HTTPServingFailure) {
        let address = try Self.address(path)
        try Self.clearStale(path, address)
        let descriptor = Self.socket()
        guard descriptor >= 0 else { throw Self.system("no socket", path) }
        do throws(HTTPServingFailure) {
            // Before bind the socket's own mode limits the file's, so it is never too wide, not even for a moment; the
            // umask takes more away, which chmod then gives back.
            guard fchmod(descriptor, mode) == 0 else { throw Self.system("cannot set the mode of", path) }
            guard Self.with(address, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
                throw Self.system("cannot make the socket", path)
            }
            var status = stat()
            guard chmod(path, mode) == 0, lstat(path, &status) == 0 else {
                throw Self.system("cannot set the mode of", path)
            }
            file = (path, status.st_dev, status.st_ino)
            guard listen(descriptor, backlog) == 0 else { throw Self.system("cannot listen on", path) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Takes a socket that listens already.
    init(passed: Int32) throws(HTTPServingFailure) {
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(passed, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens == 1 else {
            throw HTTPServingFailure(
                .notASocket, "the passed descriptor \(passed) is not a listening socket",
                remedy: "look at the socket unit")
        }
        _ = fcntl(passed, F_SETFL, fcntl(passed, F_GETFL) | O_NONBLOCK)
        (descriptor, file) = (passed, nil)
    }

    /// Closes the descriptor and removes the file, unless another server has put its own there.
    func close() {
        var status = stat()
        if let file, lstat(file.path, &status) == 0, status.st_dev == file.device, status.st_ino == file.inode {
            unlink(file.path)
        }
        Glibc.close(descriptor)
    }

    private static func socket() -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return Glibc.socket(AF_UNIX, type, 0)
    }

    private static func clearStale(_ path: String, _ address: sockaddr_un) throws(HTTPServingFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw HTTPServingFailure(
                .notASocket, "\(path) is in the way: it is not a socket", remedy: "move it, or set another socket path")
        }
        let probe = socket()
        guard probe >= 0 else { throw system("no socket", path) }
        let connected = with(address) { connect(probe, $0, $1) }
        let reason = errno
        Glibc.close(probe)
        if connected != 0, reason == ENOENT { return }
        // EAGAIN is a full backlog: somebody listens, though slowly.
        guard connected != 0, reason != EAGAIN else {
            throw HTTPServingFailure(
                .socketInUse, "another server answers on \(path)", remedy: "stop it, or set another socket path")
        }
        guard reason == ECONNREFUSED else {
            errno = reason
            throw system("cannot tell whether a server answers on", path)
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw system("cannot remove the dead socket", path) }
    }

    private static func address(_ path: String) throws(HTTPServingFailure) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < room, !path.utf8.contains(0) else {
            throw HTTPServingFailure(
                .pathTooLong, "the socket path \(path) has \(path.utf8.count) bytes; 1 to \(room - 1) fit",
                remedy: "set a shorter socket path")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }

    private static func with<R>(_ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func system(_ what: String, _ path: String) -> HTTPServingFailure {
        HTTPServingFailure(.system, "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
