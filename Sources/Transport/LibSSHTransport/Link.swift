import CLibSSH
import Glibc
import SecureShell

/// One libssh session with one hop, over a connected descriptor.
///
/// After each ssh_ call, whoever made it calls `look`: any call may have read packets for everybody, and any call may
/// have found the peer gone, in which case libssh has closed the descriptor and its number may be another's already.
@EpollThread
final class Link {
    let hop: Hop
    let count: HandleCount
    /// The socket is ready.
    let ready = Signal()
    /// Packets came in, or output went out, or the session ended.
    let activity = Signal()
    /// nil once the session is freed.
    private(set) var session: OpaquePointer?
    /// Why the session ended.
    private(set) var failure: SSHFailure?

    private let counters: UnsafeMutablePointer<ssh_counter_struct>
    private let fd: Int32
    private var isDescriptorTaken = false
    private var watch: UInt64?
    private var isWaitingToWrite = false
    private var packetsSeen: UInt64 = 0

    /// - Parameter fd: connected; owned by the link from here on, also when this throws.
    init(_ fd: Int32, to hop: Hop, _ count: HandleCount) throws(SSHFailure) {
        self.hop = hop
        self.count = count
        guard let session = ssh_new() else {
            Glibc.close(fd)
            throw SSHFailure(.protocolError, hop: hop.name, "libssh has no memory for a session")
        }
        // libssh keeps 16 bits of a descriptor that it is given.
        guard fd < 65_536, Self.configure(session, hop, fd), nestor_set_nonblocking(fd) == 0 else {
            ssh_free(session)
            Glibc.close(fd)
            throw SSHFailure(.protocolError, hop: hop.name, "libssh does not take descriptor \(fd) and these options")
        }
        ssh_set_blocking(session, 0)
        guard let watch = EpollThread.loop.watch(fd, readable: true, writable: false, ready) else {
            ssh_free(session)
            Glibc.close(fd)
            throw SSHFailure(.protocolError, hop: hop.name, "descriptor \(fd) cannot be watched")
        }
        counters = .allocate(capacity: 2)
        counters.initialize(repeating: ssh_counter_struct(), count: 2)
        ssh_set_counters(session, counters, counters + 1)
        self.watch = watch
        self.session = session
        self.fd = fd
        count.opened()
    }

    isolated deinit { counters.deallocate() }

    /// Starts or continues the key exchange. With the first call libssh takes the descriptor over.
    func connect() throws(SSHFailure) -> Int32 {
        let session = try alive()
        isDescriptorTaken = true
        return ssh_connect(session)
    }

    private static func configure(_ session: OpaquePointer, _ hop: Hop, _ fd: Int32) -> Bool {
        var no: Int32 = 0
        var port = UInt32(clamping: hop.port)
        var descriptor = fd
        let algorithms = HostKeyAlgorithms.ordered(pinned: hop.hostKeys).joined(separator: ",")
        let results = [
            ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no),
            ssh_options_set(session, SSH_OPTIONS_SSH_DIR, "/dev/null"),
            ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null"),
            ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null"),
            ssh_options_set(session, SSH_OPTIONS_HOST, hop.address),
            ssh_options_set(session, SSH_OPTIONS_PORT, &port),
            ssh_options_set(session, SSH_OPTIONS_USER, hop.user),
            ssh_options_set(session, SSH_OPTIONS_COMPRESSION, "no"),
            ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, algorithms),
            ssh_options_set(session, SSH_OPTIONS_FD, &descriptor),
        ]
        return results.allSatisfy { $0 == SSH_OK }
    }

    // MARK: After each call

    /// Looks at what an ssh_ call has left: the descriptor, what is to be written, what came in.
    /// - Returns: false where the session has ended.
    @discardableResult
    func look() -> Bool {
        guard let session, let watch else { return false }
        let descriptor = ssh_get_fd(session)
        guard descriptor == fd else {
            end(SSHFailure(.closed, hop: hop.name, "the connection was closed\(errorWords(after: ": "))"))
            return false
        }
        let waits = ssh_get_poll_flags(session) & SSH_WRITE_PENDING != 0
        let wentOut = isWaitingToWrite && !waits
        if waits != isWaitingToWrite {
            isWaitingToWrite = waits
            EpollThread.loop.change(watch, fd, readable: true, writable: waits)
        }
        let packets = counters[1].in_packets
        if packets != packetsSeen || wentOut {
            packetsSeen = packets
            activity.poke()
        }
        return true
    }

    /// The session, or why there is none.
    func alive() throws(SSHFailure) -> OpaquePointer {
        if let session { return session }
        throw failure ?? SSHFailure(.closed, hop: hop.name, "the connection was closed")
    }

    /// Whether libssh still holds output that the socket did not take: write no more until it went out.
    var holdsOutput: Bool { isWaitingToWrite }

    /// libssh's last words about this session, which may be the peer's.
    func errorWords(after prefix: String = "") -> String {
        guard let session, let text = ssh_get_error(UnsafeMutableRawPointer(session)) else { return "" }
        let words = PeerText.cleaned(String(cString: text), most: 300)
        return words.isEmpty ? "" : prefix + words
    }

    // MARK: Life

    /// Reads packets for as long as the session lives: replies to the server's own questions, key renewals, windows,
    /// and the channels' output, which the callbacks store.
    func tend() {
        // Unstructured: it belongs to the session, not to the call that opened it, and ends with it.
        Task { @EpollThread in
            while session != nil {
                let seen = ready.generation
                if takeIn() { await Task.yield() } else { _ = await ready.wait(after: seen, until: nil) }
            }
        }
    }

    /// - Returns: whether there may be more.
    private func takeIn() -> Bool {
        for _ in 0..<32 {
            guard let session else { return false }
            let before = counters[0].in_bytes
            ssh_execute_message_callbacks(session)
            guard look() else { return false }
            if counters[0].in_bytes == before { return false }
        }
        return true
    }

    /// Ends the session and frees all its handles.
    func end(_ why: SSHFailure) {
        guard let session, let watch else { return }
        self.session = nil
        self.watch = nil
        failure = why
        let isOpen = !isDescriptorTaken || ssh_get_fd(session) == fd
        EpollThread.loop.unwatch(watch, isOpen ? fd : nil)
        // The silent way is the one that closes a descriptor which was given to libssh.
        ssh_silent_disconnect(session)
        ssh_free(session)
        if !isDescriptorTaken { Glibc.close(fd) }
        count.freed()
        ready.poke()
        activity.poke()
        for inflow in inflows.values {
            count.freed()
            inflow.signal.poke()
        }
        inflows = [:]
    }

    /// The channels' own, to be told of the end; by channel.
    private var inflows: [OpaquePointer: Inflow] = [:]

    func add(_ channel: OpaquePointer, _ inflow: Inflow) {
        inflows[channel] = inflow
        inflow.attach(to: channel)
        count.opened()
    }

    /// Closes a channel, where the session has not done it.
    func free(_ channel: OpaquePointer, _ inflow: Inflow) {
        guard session != nil, inflows.removeValue(forKey: channel) != nil else { return }
        count.freed()
        inflow.detach(from: channel)
        ssh_channel_free(channel)
        look()
    }
}
