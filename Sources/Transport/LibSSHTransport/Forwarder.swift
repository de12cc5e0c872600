import CLibSSH
import Glibc
import SecureShell

/// A connection to the next hop through a jump host: a forwarded channel on one side, and a pair of sockets on the
/// other, whose far end the next hop's session takes for its network.
///
/// Back-pressure runs both ways: the socket is read only up to what the channel's window takes, and the channel's
/// output stays with libssh while the socket takes no more. Nothing blocks, or the inner session, which lives on the
/// same thread, could never drain it.
@EpollThread
final class Forwarder {
    private let channel: RemoteChannel
    private let socket: Int32
    private let watch: UInt64
    private var outward: ArraySlice<UInt8> = []
    private var hasSocketEnded = false
    private var hasShutDown = false
    private var interest = (readable: true, writable: false)

    private init(_ channel: RemoteChannel, _ socket: Int32, _ watch: UInt64) {
        self.channel = channel
        self.socket = socket
        self.watch = watch
    }

    /// - Returns: the descriptor for the inner session, which the caller owns.
    static func open(over link: Link, to next: Hop, _ limit: Limit) async throws(SSHFailure) -> Int32 {
        let phase = "forwarding through \(link.hop.name) to \(next.address) port \(next.port)"
        let opening: RemoteChannel.Opening
        do throws(SSHFailure) {
            opening = try await RemoteChannel.open(over: link, limit, phase: phase) { channel in
                ssh_channel_open_forward(channel, next.address, Int32(next.port), "127.0.0.1", 0)
            }
        } catch {
            // A jump host that is still there and does not answer is waiting for the next hop itself.
            guard error.code == .timeout else { throw error }
            throw limit.timeout(next.name, phase)
        }
        switch opening {
        case .opened(let channel): return try start(channel, next)
        case .refused(let words):
            let refusal = ForwardRefusal(libsshWords: words)
            throw SSHFailure(
                refusal.code, hop: next.name, "\(phase) was refused: \(refusal.reason)",
                remedy: refusal.code == .forwardingRefused
                    ? "see permitopen in authorized_keys on \(link.hop.name), and AllowTcpForwarding there"
                    : "see whether the machine is up and reachable from \(link.hop.name)")
        }
    }

    private static func start(_ channel: RemoteChannel, _ next: Hop) throws(SSHFailure) -> Int32 {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            channel.close()
            throw SSHFailure(
                .unreachable, hop: next.name, "no pair of sockets for the way through the jump host",
                remedy: "raise the limit of open files")
        }
        guard let watch = EpollThread.loop.watch(ends[1], readable: true, writable: false, channel.inflow.signal) else {
            channel.close()
            close(ends[0])
            close(ends[1])
            throw SSHFailure(.unreachable, hop: next.name, "the way through the jump host cannot be watched")
        }
        channel.link.count.opened()
        let forwarder = Forwarder(channel, ends[1], watch)
        // Unstructured: it belongs to the inner session, and ends when either side does.
        Task { @EpollThread in await forwarder.run() }
        return ends[0]
    }

    private func run() async {
        defer { end() }
        let signal = channel.inflow.signal
        var turns = 0
        while true {
            let seen = signal.generation
            let activity = channel.link.activity.generation
            guard let moved = try? move() else { return }
            if moved {
                turns += 1
                if turns % 16 == 0 { await Task.yield() }
                continue
            }
            let isStarved = !outward.isEmpty || (!hasSocketEnded && channel.roomToWrite == 0)
            if isStarved {
                channel.link.activity.relay(to: signal)
                guard channel.link.activity.generation == activity else { continue }
            }
            show(readable: !hasSocketEnded && !isStarved, writable: !channel.inflow.output.isEmpty)
            _ = await signal.wait(after: seen, until: nil)
        }
    }

    /// Moves what can be moved now, both ways.
    /// - Returns: whether anything was; nil where the connection is over.
    private func move() throws(SSHFailure) -> Bool? {
        _ = try channel.handle()
        var moved = false
        if outward.isEmpty, !hasSocketEnded {
            let room = channel.roomToWrite
            if room > 0 {
                var buffer = [UInt8](repeating: 0, count: min(room, 65_536))
                let count = read(socket, &buffer, buffer.count)
                if count > 0 {
                    outward = buffer[..<count]
                } else if count == 0 {
                    hasSocketEnded = true
                    try channel.finishWriting()
                    moved = true
                } else if errno != EAGAIN, errno != EINTR {
                    return nil
                }
            }
        }
        if !outward.isEmpty {
            let written = try channel.writeSome(outward)
            outward = outward.dropFirst(written)
            if written > 0 { moved = true }
        }
        let inflow = channel.inflow
        var isBroken = false
        if !inflow.output.isEmpty {
            inflow.output.drain { bytes in
                let count = send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                if count < 0, errno != EAGAIN, errno != EINTR { isBroken = true }
                if count > 0 { moved = true }
                return max(count, 0)
            }
            channel.refill()
        }
        if isBroken { return nil }
        if inflow.hasEnded, !inflow.leftInside, inflow.output.isEmpty {
            if inflow.isClosed || hasSocketEnded { return nil }
            if !hasShutDown {
                hasShutDown = true
                shutdown(socket, Int32(SHUT_WR))
            }
        }
        return moved
    }

    private func show(readable: Bool, writable: Bool) {
        guard (readable, writable) != interest else { return }
        interest = (readable, writable)
        EpollThread.loop.change(watch, socket, readable: readable, writable: writable)
    }

    private func end() {
        EpollThread.loop.unwatch(watch, socket)
        close(socket)
        channel.close()
        channel.link.count.freed()
    }
}
