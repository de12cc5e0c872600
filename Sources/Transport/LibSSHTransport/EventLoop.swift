import CLibSSH
import Glibc
import Synchronization

/// The one thread on which everything of libssh happens: an epoll loop that is also a Swift executor.
///
/// libssh's sessions may not be touched by two threads at once, and thousands of them fit on one thread as long as no
/// call blocks. Tasks isolated to `EpollThread` run here; between them the loop waits in epoll for sockets, deadlines
/// and new tasks.
// Unchecked: what is not in a Mutex is touched on the loop's own thread alone, which `requireThread` checks.
final class EventLoop: SerialExecutor, @unchecked Sendable {
    /// What ended a wait.
    enum Wake: Sendable { case poked, deadline, cancelled }

    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private let inbox = Mutex<[Work]>([])
    private let thread = Atomic<UInt>(0)
    private let epoll: Int32
    private let bell: Int32

    // On the loop's thread only.
    private var watches: [UInt64: Signal] = [:]
    private var waits: [UInt64: CheckedContinuation<Wake, Never>] = [:]
    private var deadlines = DeadlineHeap()
    private var lastID: UInt64 = 0

    init() {
        epoll = nestor_epoll_create()
        bell = nestor_eventfd_create()
        precondition(epoll >= 0 && bell >= 0, "no epoll or eventfd descriptor left (errno \(errno))")
        _ = nestor_epoll_control(epoll, EPOLL_CTL_ADD, bell, nestor_epoll_readable, 0)
        Thread.start { [self] in
            thread.store(UInt(pthread_self()), ordering: .releasing)
            run()
        }
    }

    // MARK: Executor

    func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Runs `call` on the loop's thread, from any thread.
    func submit(_ call: @escaping @Sendable () -> Void) { add(.call(call)) }

    func checkIsolated() { requireThread() }

    func requireThread() {
        precondition(isCurrent, "this belongs to the epoll thread")
    }

    private var isCurrent: Bool { thread.load(ordering: .acquiring) == UInt(pthread_self()) }

    private func add(_ work: Work) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.append(work)
            return inbox.count == 1
        }
        // On the loop's own thread the inbox is looked at again before the next wait.
        if wasEmpty, !isCurrent { eventfd_write(bell, 1) }
    }

    // MARK: Loop

    private func run() {
        let executor = asUnownedSerialExecutor()
        var ready = [UInt64](repeating: 0, count: 64)
        while true {
            let work = inbox.withLock { inbox in
                defer { inbox = [] }
                return inbox
            }
            for work in work {
                switch work {
                case .job(let job): job.runSynchronously(on: executor)
                case .call(let call): call()
                }
            }
            let idle = inbox.withLock { $0.isEmpty }
            let count = nestor_epoll_wait(epoll, &ready, idle ? deadlines.milliseconds() : 0)
            for id in ready.prefix(max(Int(count), 0)) {
                if id == 0 {
                    var rings: eventfd_t = 0
                    eventfd_read(bell, &rings)
                } else {
                    watches[id]?.poke()
                }
            }
            while let id = deadlines.due() { finish(id, .deadline) }
        }
    }

    // MARK: Descriptors

    /// Pokes `signal` whenever the descriptor is ready.
    /// - Returns: the watch's own number: a descriptor's number is used again as soon as libssh closes it.
    func watch(_ fd: Int32, readable: Bool, writable: Bool, _ signal: Signal) -> UInt64? {
        let id = newID()
        let events = Self.events(readable: readable, writable: writable)
        guard nestor_epoll_control(epoll, EPOLL_CTL_ADD, fd, events, id) == 0 else { return nil }
        watches[id] = signal
        return id
    }

    func change(_ id: UInt64, _ fd: Int32, readable: Bool, writable: Bool) {
        requireThread()
        _ = nestor_epoll_control(epoll, EPOLL_CTL_MOD, fd, Self.events(readable: readable, writable: writable), id)
    }

    /// - Parameter fd: nil where it is closed already, which ends epoll's own interest in it.
    func unwatch(_ id: UInt64, _ fd: Int32?) {
        requireThread()
        watches[id] = nil
        if let fd { _ = nestor_epoll_control(epoll, EPOLL_CTL_DEL, fd, 0, id) }
    }

    private static func events(readable: Bool, writable: Bool) -> UInt32 {
        (readable ? nestor_epoll_readable : 0) | (writable ? nestor_epoll_writable : 0)
    }

    // MARK: Waits

    func newID() -> UInt64 {
        requireThread()
        lastID += 1
        return lastID
    }

    func begin(_ id: UInt64, until deadline: ContinuousClock.Instant?, _ continuation: CheckedContinuation<Wake, Never>)
    {
        requireThread()
        waits[id] = continuation
        guard let deadline else { return }
        deadlines.insert(deadline, id)
        // A wait that ended early leaves its entry behind.
        if deadlines.count > 2 * waits.count + 1024 { deadlines.keep { waits[$0] != nil } }
    }

    func finish(_ id: UInt64, _ wake: Wake) {
        requireThread()
        waits.removeValue(forKey: id)?.resume(returning: wake)
    }
}
