import CLibSSH
import SecureShell

/// An authenticated session with a route's last hop, and the hops' below it.
@EpollThread
final class LibSSHSession: SecureShellSession {
    private let chain: Chain
    private let name: String

    init(_ chain: Chain, name: String) {
        self.chain = chain
        self.name = name
    }

    deinit {
        // Unstructured: a deinit cannot wait, and a session that its owner forgot must not stay open.
        Task { @EpollThread [chain] in chain.close() }
    }

    func open(_ command: String, deadline: Duration) async throws(SSHFailure) -> any SecureShellChannel {
        let channel = try await RemoteChannel.session(over: try link(), Limit(deadline), phase: "starting the command")
        {
            ssh_channel_request_exec($0, command)
        }
        return LibSSHChannel(channel, of: self)
    }

    func upload(_ bytes: [UInt8], to path: String, mode: UInt16, deadline: Duration) async throws(SSHFailure) {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        var transfer = SFTPUpload(bytes, to: path, mode: mode, suffix: suffix)
        if let refusal = try await run(&transfer, Limit(deadline)) { throw failure(refusal) }
    }

    func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHFailure) -> [UInt8]? {
        var transfer = SFTPDownload(path, limit: limit)
        guard let refusal = try await run(&transfer, Limit(deadline)) else { return transfer.bytes }
        if refusal.kind == .noSuchFile { return nil }
        throw failure(refusal)
    }

    func close() async { chain.close() }

    private func link() throws(SSHFailure) -> Link {
        guard let link = chain.last else { throw SSHFailure(.closed, hop: name, "the session is closed") }
        return link
    }

    private func failure(_ refusal: SFTPRefusal) -> SSHFailure {
        switch refusal.kind {
        case .tooLong: SSHFailure(.tooLong, hop: name, refusal.sentence)
        case .protocolError: SSHFailure(.protocolError, hop: name, refusal.sentence)
        case .noSuchFile: SSHFailure(.fileRefused, hop: name, refusal.sentence, remedy: "see whether its folder exists")
        case .permissionDenied:
            SSHFailure(.fileRefused, hop: name, refusal.sentence, remedy: "see who may write there")
        case .unsupported, .refused:
            SSHFailure(.fileRefused, hop: name, refusal.sentence, remedy: "see the disk's room and the folder's rights")
        }
    }

    /// Runs a transfer over a channel of its own.
    private func run(_ transfer: inout some SFTPTransfer, _ limit: Limit) async throws(SSHFailure) -> SFTPRefusal? {
        let channel = try await RemoteChannel.session(over: try link(), limit, phase: "starting sftp") {
            ssh_channel_request_subsystem($0, "sftp")
        }
        do throws(SSHFailure) {
            try await channel.write(transfer.begin(), limit, phase: "the file transfer")
            while true {
                switch transfer.receive(try await nextReply(channel, limit)) {
                case .more(let packets):
                    if !packets.isEmpty { try await channel.write(packets, limit, phase: "the file transfer") }
                case .done:
                    channel.close()
                    return nil
                case .failed(let refusal):
                    channel.close()
                    return refusal
                }
            }
        } catch {
            clearUp(channel, transfer)
            throw error
        }
    }

    private func nextReply(_ channel: RemoteChannel, _ limit: Limit) async throws(SSHFailure) -> SFTPReply {
        let inflow = channel.inflow
        inflow.highMark = 2 * SFTPReply.longest
        while true {
            let seen = inflow.signal.generation
            channel.refill()
            do throws(SFTPReply.Malformed) {
                if let reply = try SFTPReply.next(&inflow.output) { return reply }
            } catch {
                throw SSHFailure(
                    .protocolError, hop: name, "sftp answered with \(error.reason)",
                    remedy: "see whether the login shell prints something on its own")
            }
            _ = try channel.handle()
            if inflow.hasEnded { throw SSHFailure(.closed, hop: name, "sftp ended before the file was transferred") }
            try limit.check(await inflow.signal.wait(after: seen, until: limit.at), name, "the file transfer")
        }
    }

    /// Takes a half-written file away as far as the session still allows, without keeping the caller.
    private func clearUp(_ channel: RemoteChannel, _ transfer: some SFTPTransfer) {
        // Unstructured: the caller's time is over; this has its own.
        Task { @EpollThread in
            var transfer = transfer
            let limit = Limit(.seconds(30))
            // Where it fails, the session is gone, and the file with its odd name stays: nothing can be done from here.
            do throws(SSHFailure) {
                // The last packet may have gone out in part.
                try await channel.write(channel.unsent, limit)
                var step = transfer.abandon()
                while case .more(let packets) = step {
                    try await channel.write(packets, limit)
                    step = transfer.receive(try await nextReply(channel, limit))
                }
            } catch {}
            channel.close()
        }
    }
}
