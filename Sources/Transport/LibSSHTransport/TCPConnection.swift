import CLibSSH
import Glibc
import SecureShell

/// Opens the TCP connection under the first hop's session.
///
/// libssh could do it too, but it resolves names on the calling thread, sets the socket back to blocking, and tells
/// the reason of a failure only in words.
@EpollThread
struct TCPConnection {
    let resolver: NameResolver

    /// - Returns: a connected, non-blocking descriptor, which the caller owns.
    func open(to hop: Hop, _ limit: Limit) async throws(SSHFailure) -> Int32 {
        let addresses = try await resolver.addresses(of: hop.address, hop: hop.name, limit)
        var last = SSHFailure(.addressUnknown, hop: hop.name, "the name \(hop.address) has no address")
        for (index, address) in addresses.enumerated() {
            let left = ContinuousClock.now.duration(to: limit.at)
            // Each address gets its share of what is left, so that a dead first one leaves time for the second.
            let until = index == addresses.count - 1 ? limit.at : .now + left / (addresses.count - index)
            switch try await attempt(address, hop, until: until, limit) {
            case .connected(let fd): return fd
            case .failed(let failure): last = failure
            }
        }
        throw last
    }

    private enum Attempt {
        case connected(Int32)
        case failed(SSHFailure)
    }

    private func attempt(
        _ address: SocketAddress, _ hop: Hop, until: ContinuousClock.Instant, _ limit: Limit
    ) async throws(SSHFailure) -> Attempt {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let fd = socket(address.family, kind, 0)
        guard fd >= 0 else { return .failed(failure(errno, hop)) }
        var isHandedOver = false
        defer { if !isHandedOver { Glibc.close(fd) } }
        var on: Int32 = 1
        setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if connect(fd, address, port: hop.port) != 0 {
            guard errno == EINPROGRESS else { return .failed(failure(errno, hop)) }
            let signal = Signal()
            let seen = signal.generation
            guard let watch = EpollThread.loop.watch(fd, readable: false, writable: true, signal) else {
                return .failed(failure(errno, hop))
            }
            let wake = await signal.wait(after: seen, until: until)
            EpollThread.loop.unwatch(watch, fd)
            if wake == .deadline { return .failed(limit.timeout(hop.name, "the TCP connection to \(place(hop))")) }
            try limit.check(wake, hop.name, "the TCP connection to \(place(hop))")
            var code: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length)
            guard code == 0 else { return .failed(failure(code, hop)) }
        }
        Self.watchForSilence(fd)
        isHandedOver = true
        return .connected(fd)
    }

    /// A machine that loses its power says no farewell: without these, a session that only listens would take it for
    /// alive until its own deadline, which may be hours away. Set once connected: connecting has a deadline itself.
    private static func watchForSilence(_ fd: Int32) {
        let tcp = Int32(IPPROTO_TCP)
        let options: [(level: Int32, name: Int32, value: Int32)] = [
            (SOL_SOCKET, SO_KEEPALIVE, 1),
            // In seconds: 15 quiet ones, then a probe every 5, of which the fourth that is not answered is the last.
            (tcp, TCP_KEEPIDLE, 15), (tcp, TCP_KEEPINTVL, 5), (tcp, TCP_KEEPCNT, 4),
            // The same in milliseconds, for what was sent and not acknowledged.
            (tcp, TCP_USER_TIMEOUT, 35_000),
        ]
        for option in options {
            var value = option.value
            setsockopt(fd, option.level, option.name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private func connect(_ fd: Int32, _ address: SocketAddress, port: Int) -> Int32 {
        var bytes = address.bytes
        // The port stands at the same place in both families' addresses, in network order.
        bytes[2] = UInt8(truncatingIfNeeded: port >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: port)
        return bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return -1 }
            return Glibc.connect(fd, base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }

    private func place(_ hop: Hop) -> String { "\(hop.address) port \(hop.port)" }

    private func failure(_ code: Int32, _ hop: Hop) -> SSHFailure {
        let words = String(cString: strerror(code)).lowercased()
        let sentence = "no TCP connection to \(place(hop)): \(words)"
        switch code {
        case ECONNREFUSED:
            return SSHFailure(
                .refused, hop: hop.name, sentence, remedy: "see whether sshd runs there, and on this port")
        case ECONNRESET, EPIPE:
            return SSHFailure(.closed, hop: hop.name, sentence, remedy: "see sshd's own log there")
        case EMFILE, ENFILE:
            return SSHFailure(.unreachable, hop: hop.name, sentence, remedy: "raise the limit of open files")
        default:
            return SSHFailure(
                .unreachable, hop: hop.name, sentence, remedy: "see whether the machine and its network are up")
        }
    }
}
