/// Something may have changed: look again.
///
/// A waiter takes `generation` before it looks, and waits for a poke after that one, so none is lost between the two.
/// libssh's callbacks and the event loop poke; a poke only puts tasks into the loop's inbox, and runs nothing.
// Unchecked: touched on the epoll thread alone, which every way into the loop checks.
final class Signal: @unchecked Sendable {
    private(set) var generation: UInt64 = 0
    private var waiting: [UInt64] = []
    private var relays: [Signal] = []

    func poke() {
        generation &+= 1
        if !waiting.isEmpty {
            let woken = waiting
            waiting = []
            for id in woken { EpollThread.loop.finish(id, .poked) }
        }
        if !relays.isEmpty {
            let passedOn = relays
            relays = []
            for signal in passedOn { signal.poke() }
        }
    }

    /// Passes the next poke on to another signal, once.
    func relay(to other: Signal) {
        if !relays.contains(where: { $0 === other }) { relays.append(other) }
    }

    /// Waits until the signal is poked, unless that happened since `seen`.
    /// - Parameter deadline: nil to wait for as long as it takes.
    @EpollThread
    func wait(after seen: UInt64, until deadline: ContinuousClock.Instant?) async -> EventLoop.Wake {
        if Task.isCancelled { return .cancelled }
        // Before the poke: a peer that always has something to say must not keep anybody past the deadline.
        if let deadline, deadline <= .now { return .deadline }
        if generation != seen { return .poked }
        let loop = EpollThread.loop
        let id = loop.newID()
        let wake = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting.append(id)
                loop.begin(id, until: deadline, continuation)
            }
        } onCancel: {
            loop.submit { loop.finish(id, .cancelled) }
        }
        if wake != .poked { waiting.removeAll { $0 == id } }
        return wake
    }
}
