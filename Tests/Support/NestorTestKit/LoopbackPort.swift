import Glibc

/// Ports of 127.0.0.1.
package enum LoopbackPort {
    /// One that nobody listened on a moment ago.
    package static func free() throws -> Int {
        let (fd, port) = try listener(backlog: nil)
        close(fd)
        return port
    }

    /// Whether something listens there.
    package static func accepts(_ port: Int) -> Bool {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        return withAddress(port) { Glibc.connect(fd, $0, $1) } == 0
    }

    /// A bound socket, which listens where a backlog is given; the caller closes it.
    package static func listener(backlog: Int32?) throws -> (fd: Int32, port: Int) {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isReady =
            fd >= 0 && withAddress(0) { bind(fd, $0, $1) } == 0 && (backlog.map { listen(fd, $0) == 0 } ?? true)
            && withUnsafeMutablePointer(to: &bound) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) } == 0
            }
        guard isReady else {
            close(fd)
            throw TestToolFailure(sentence: "no port of 127.0.0.1 is free (errno \(errno))")
        }
        return (fd, Int(UInt16(bigEndian: bound.sin_port)))
    }

    /// Connects a socket to a port of 127.0.0.1.
    package static func connect(_ fd: Int32, to port: Int) -> Bool {
        withAddress(port) { Glibc.connect(fd, $0, $1) } == 0
    }

    private static func withAddress<R>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
