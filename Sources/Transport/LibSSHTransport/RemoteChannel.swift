import CLibSSH
import SecureShell

/// One channel of a link: opening it, writing to it, reading what came.
@EpollThread
final class RemoteChannel {
    let link: Link
    let inflow = Inflow()
    private var channel: OpaquePointer?
    private var isWriting = false
    /// What a write that failed did not write.
    private(set) var unsent: [UInt8] = []
    private var hasFinishedWriting = false

    private init(_ link: Link, _ channel: OpaquePointer) {
        self.link = link
        self.channel = channel
        link.add(channel, inflow)
    }

    // MARK: Opening

    /// A channel of type session, with `request` granted on it.
    static func session(
        over link: Link, _ limit: Limit, phase: String, _ request: @escaping @EpollThread (OpaquePointer) -> Int32
    ) async throws(SSHFailure) -> RemoteChannel {
        let opened: RemoteChannel
        switch try await open(over: link, limit, phase: phase, { ssh_channel_open_session($0) }) {
        case .opened(let channel): opened = channel
        case .refused(let words):
            throw SSHFailure(
                .channelRefused, hop: link.hop.name, "\(phase) was refused: \(words)",
                remedy: "see MaxSessions in sshd_config there")
        }
        do throws(SSHFailure) {
            guard try await opened.repeated(limit, phase, request) else {
                throw SSHFailure(
                    .channelRefused, hop: link.hop.name, "\(phase) was refused\(link.errorWords(after: ": "))")
            }
        } catch {
            opened.close()
            throw error
        }
        return opened
    }

    enum Opening {
        case opened(RemoteChannel)
        /// With libssh's sentence, which has the peer's reason in it.
        case refused(String)
    }

    static func open(
        over link: Link, _ limit: Limit, phase: String, _ call: @escaping @EpollThread (OpaquePointer) -> Int32
    ) async throws(SSHFailure) -> Opening {
        guard let handle = ssh_channel_new(try link.alive()) else {
            throw SSHFailure(.protocolError, hop: link.hop.name, "libssh has no memory for a channel")
        }
        let new = RemoteChannel(link, handle)
        do throws(SSHFailure) {
            guard try await new.repeated(limit, phase, call) else {
                let words = link.errorWords()
                new.close()
                return .refused(words)
            }
            return .opened(new)
        } catch {
            new.abandon(call)
            throw error
        }
    }

    /// Calls until the answer is there; false where it is a refusal.
    private func repeated(
        _ limit: Limit?, _ phase: String, _ call: @EpollThread (OpaquePointer) -> Int32
    ) async throws(SSHFailure) -> Bool {
        while true {
            let seen = link.activity.generation
            let code = call(try handle())
            // The session's error text belongs to the latest call: a refusal is told before anything else is called.
            if code != SSH_AGAIN {
                guard link.look() else {
                    _ = try link.alive()
                    return false
                }
                return code == SSH_OK
            }
            guard link.look() else {
                _ = try link.alive()
                return false
            }
            let wake = await link.activity.wait(after: seen, until: limit?.at)
            try limit?.check(wake, link.hop.name, phase)
        }
    }

    /// Gives up an opening that is under way. libssh forgets a channel that is freed now, and the peer's late answer
    /// would leave it open there for ever: so it is opened all the same, and closed then.
    private func abandon(_ call: @escaping @EpollThread (OpaquePointer) -> Int32) {
        guard link.session != nil else { return close() }
        // Unstructured: the caller is gone by the time the peer answers; it ends with the link at the latest.
        Task { @EpollThread in
            _ = try? await repeated(nil, "", call)
            close()
        }
    }

    // MARK: Writing

    /// Writes all of it, as the peer's window and the socket take it.
    func write(_ bytes: [UInt8], _ limit: Limit, phase: String = "writing") async throws(SSHFailure) {
        while isWriting {
            let seen = inflow.signal.generation
            try limit.check(await inflow.signal.wait(after: seen, until: limit.at), link.hop.name, phase)
        }
        isWriting = true
        var sent = 0
        defer {
            isWriting = false
            unsent = Array(bytes[sent...])
            inflow.signal.poke()
        }
        while sent < bytes.count {
            let seen = link.activity.generation
            let written = try writeSome(bytes[sent...])
            sent += written
            if written == 0 {
                link.activity.relay(to: inflow.signal)
                let heard = inflow.signal.generation
                guard link.activity.generation == seen else { continue }
                try limit.check(await inflow.signal.wait(after: heard, until: limit.at), link.hop.name, phase)
            } else if sent < bytes.count {
                await Task.yield()
            }
        }
    }

    /// As much as goes now without anything being held back in memory; 0 where nothing does.
    func writeSome(_ bytes: ArraySlice<UInt8>) throws(SSHFailure) -> Int {
        let channel = try handle()
        guard !inflow.isClosed, !hasFinishedWriting else {
            throw SSHFailure(.closed, hop: link.hop.name, "the command's standard input is closed")
        }
        let room = roomToWrite
        guard room > 0, !bytes.isEmpty else { return 0 }
        let written = bytes.prefix(room).withUnsafeBytes {
            ssh_channel_write(channel, $0.baseAddress, UInt32($0.count))
        }
        guard link.look() else {
            _ = try link.alive()
            return 0
        }
        guard written >= 0 else {
            throw SSHFailure(.closed, hop: link.hop.name, "writing failed\(link.errorWords(after: ": "))")
        }
        return Int(written)
    }

    /// What the window lets through, in bytes; 0 while earlier output still waits for the socket.
    var roomToWrite: Int {
        guard let channel, link.session != nil, !link.holdsOutput else { return 0 }
        return min(Int(ssh_channel_window_size(channel)), 131_072)
    }

    func finishWriting() throws(SSHFailure) {
        let channel = try handle()
        guard !hasFinishedWriting else { return }
        hasFinishedWriting = true
        guard !inflow.isClosed else { return }
        ssh_channel_send_eof(channel)
        link.look()
    }

    // MARK: Reading

    /// Lets libssh hand over what it kept back, after something was read.
    func refill() {
        guard let channel, link.session != nil else { return }
        if inflow.refill(from: channel) { link.look() }
    }

    /// The channel, or why there is none.
    func handle() throws(SSHFailure) -> OpaquePointer {
        _ = try link.alive()
        if inflow.ignoresWindow {
            link.end(SSHFailure(.protocolError, hop: link.hop.name, "the peer sends more than its window allows"))
            _ = try link.alive()
        }
        guard let channel else { throw SSHFailure(.closed, hop: link.hop.name, "the channel is closed") }
        return channel
    }

    func close() {
        guard let channel else { return }
        self.channel = nil
        link.free(channel, inflow)
        inflow.signal.poke()
    }
}
