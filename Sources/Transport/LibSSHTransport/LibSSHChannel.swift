import SecureShell

/// A command's streams over one channel.
@EpollThread
final class LibSSHChannel: SecureShellChannel {
    private let channel: RemoteChannel
    /// A session that is forgotten closes itself: not while one of its channels is in use.
    private let session: LibSSHSession
    private var hop: String { channel.link.hop.name }

    init(_ channel: RemoteChannel, of session: LibSSHSession) {
        self.channel = channel
        self.session = session
    }

    deinit {
        // Unstructured: a deinit cannot wait, and a channel that its owner forgot must not stay open.
        Task { @EpollThread [channel] in channel.close() }
    }

    func write(_ bytes: [UInt8], deadline: Duration) async throws(SSHFailure) {
        try await channel.write(bytes, Limit(deadline))
    }

    func readLine(limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        let time = Limit(deadline)
        let inflow = channel.inflow
        inflow.highMark = max(Inflow.usualMark, min(limit, 1 << 40) + 1)
        while true {
            let seen = inflow.signal.generation
            channel.refill()
            switch inflow.output.nextLine(limit: limit) {
            case .line(let line):
                channel.refill()
                return line
            case .tooLong:
                channel.close()
                throw SSHFailure(
                    .tooLong, hop: hop, "a line of output is longer than the \(limit) bytes allowed",
                    remedy: "see what answers there: it is not the agent that was expected")
            case .incomplete: break
            }
            if inflow.hasEnded, !inflow.leftInside {
                return inflow.output.isEmpty ? nil : inflow.output.take(.max)
            }
            _ = try channel.handle()
            try time.check(await inflow.signal.wait(after: seen, until: time.at), hop, "waiting for a line")
        }
    }

    func finishWriting(deadline: Duration) async throws(SSHFailure) {
        try channel.finishWriting()
    }

    func exitStatus(deadline: Duration) async throws(SSHFailure) -> Int? {
        let time = Limit(deadline)
        let inflow = channel.inflow
        while true {
            let seen = inflow.signal.generation
            if inflow.isClosed || (inflow.hasEnded && inflow.exitStatus != nil) { return inflow.exitStatus }
            _ = try channel.handle()
            try time.check(await inflow.signal.wait(after: seen, until: time.at), hop, "waiting for the command's end")
        }
    }

    func standardError() async -> String {
        PeerText.cleaned(String(decoding: channel.inflow.errorTail, as: UTF8.self), most: 4096)
    }

    func close() async { channel.close() }
}
