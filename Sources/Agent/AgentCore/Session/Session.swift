package import AgentWire
import Glibc

/// What an SSH connection runs: one peer's requests on two file descriptors, answered in order. It enqueues, follows
/// and reports; nothing depends on its life.
package final class Session {
    let role: SessionRole
    let reports: ReportBuilder
    let folder: StateFolder
    let clock: any BootClock
    /// Starts a detached worker; called where work may be left.
    let startWorker: () throws(StateFault) -> Void
    /// Called when a report has been sent, which is what takes memory; a session mostly waits.
    let giveBackMemory: () -> Void
    private let input: Int32
    private let output: Int32

    var greeted = false
    var follower = CorrectionFollower()
    private var lines = LineBuffer(limit: WireLimits.line)
    private var watch: FolderWatch?
    private var lastNudge: BootInstant?

    package init(
        role: SessionRole, reports: ReportBuilder, folder: StateFolder, clock: any BootClock, input: Int32,
        output: Int32, giveBackMemory: @escaping () -> Void = {},
        startWorker: @escaping () throws(StateFault) -> Void
    ) {
        self.role = role
        self.reports = reports
        self.folder = folder
        self.clock = clock
        self.input = input
        self.output = output
        self.startWorker = startWorker
        self.giveBackMemory = giveBackMemory
    }

    /// The peer is gone, or was sent away: the session ends.
    struct Ended: Error {}

    /// Seconds between two looks at the journal while something is followed, where the kernel does not wake us.
    private static let look = 1.0

    /// Serves until the peer closes its side.
    package func run() {
        nudgeWorker()
        do throws(Ended) {
            while true { try turn() }
        } catch {}
    }

    private func turn() throws(Ended) {
        var polled = [pollfd(fd: input, events: Int16(POLLIN), revents: 0)]
        if follower.isFollowing {
            if watch == nil { watch = FolderWatch(folder.corrections) }
            polled.append(pollfd(fd: watch?.file ?? -1, events: Int16(POLLIN), revents: 0))
            // What was written before the watch stood is told before the first wait.
            try tellProgress()
        }
        let ready = poll(&polled, UInt(polled.count), follower.isFollowing ? Int32(Self.look * 1000) : -1)
        guard ready >= 0 || errno == EINTR else { throw Ended() }
        watch?.drain()
        if follower.isFollowing { nudgeWorker() }
        guard polled[0].revents != 0 else { return }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(input, &chunk, chunk.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else { throw Ended() }
        lines.append(chunk[..<count])
        try answerLines()
    }

    private func answerLines() throws(Ended) {
        while true {
            let line: [UInt8]?
            do throws(LineBuffer.TooLong) { line = try lines.next() } catch {
                try send(
                    WireFailure(
                        id: nil,
                        error: WireError(.invalidRequest, "a line is longer than \(WireLimits.line) bytes")))
                throw Ended()
            }
            guard let line else { return }
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            try answer(line)
        }
    }

    private func tellProgress() throws(Ended) {
        guard let journal = try? Journal(folder), let content = try? journal.content() else { return }
        for record in follower.advance(content) {
            try send(WireRequest(id: nil, method: progressNotification, params: record))
        }
    }

    /// Sees to it that a worker runs where one is needed: after a crash nobody else may come by.
    func nudgeWorker(force: Bool = false) {
        let now = clock.now()
        if !force, let last = lastNudge, now.elapsed(since: last) < 2 { return }
        lastNudge = now
        guard folder.exists, let journal = try? Journal(folder), let content = try? journal.content(),
            !content.needWork.isEmpty, journal.nobodyWorks()
        else { return }
        try? startWorker()
    }

    func send(_ message: some Encodable) throws(Ended) {
        guard let line = try? WireCoding.line(message) else { throw Ended() }
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var polled = [pollfd(fd: output, events: Int16(POLLOUT), revents: 0)]
                _ = poll(&polled, 1, -1)
                continue
            }
            guard count > 0 else { throw Ended() }
            rest = rest.dropFirst(count)
        }
    }
}
