import Glibc

/// One connected Unix socket with a deadline on everything. Owns its descriptor.
final class UnixStream {
    private let descriptor: Int32

    /// - Throws: `cannotConnect`, with the errno.
    init(connectingTo path: String, until deadline: ContinuousClock.Instant) throws(ConnectionFault) {
        func fault(_ number: Int32) -> ConnectionFault {
            .cannotConnect(path: path, errno: number, reason: String(cString: strerror(number)))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
            throw fault(ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw fault(errno) }
        while true {
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            let number = errno
            if connected == 0 || number == EISCONN { return }
            // A full backlog (EAGAIN) has nothing to poll for: look again shortly, until the deadline.
            guard number == EAGAIN || number == EINTR, ContinuousClock.now < deadline else {
                close(descriptor)
                throw fault(number)
            }
            _ = poll(nil, 0, 20)
        }
    }

    deinit { close(descriptor) }

    /// Waits until the socket can be read, or written where that is wanted.
    /// - Returns: what it is ready for; neither where the deadline came first.
    func wait(toWrite: Bool, until deadline: ContinuousClock.Instant) -> (read: Bool, write: Bool) {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { return (false, false) }
            var entry = pollfd(
                fd: descriptor, events: Int16(POLLIN) | (toWrite ? Int16(POLLOUT) : 0), revents: 0)
            let ready = poll(&entry, 1, Int32(clamping: milliseconds))
            guard ready > 0 else { continue }
            let ended = entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
            return (ended || entry.revents & Int16(POLLIN) != 0, entry.revents & Int16(POLLOUT) != 0)
        }
    }

    /// - Returns: how many bytes were taken; 0 where none could be now.
    func write(_ bytes: ArraySlice<UInt8>) throws(ConnectionFault) -> Int {
        let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if sent >= 0 { return sent }
        guard errno == EAGAIN || errno == EINTR else { throw .closed("while it was asked") }
        return 0
    }

    /// Appends what is there to `buffer`, at most `limit` bytes.
    /// - Returns: how many bytes came; 0 where none is there now.
    /// - Throws: `closed` at the end of the stream.
    func read(into buffer: inout [UInt8], limit: Int) throws(ConnectionFault) -> Int {
        // Not as raw bytes, which an array takes one by one.
        let received = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) { space -> Int in
            let count = recv(descriptor, space.baseAddress, limit, 0)
            if count > 0 { buffer.append(contentsOf: UnsafeBufferPointer(rebasing: space[..<count])) }
            return count
        }
        if received > 0 { return received }
        guard received < 0, errno == EAGAIN || errno == EINTR else { throw .closed("before it answered") }
        return 0
    }
}
